// Attacks by bodies in JSON: Open Inference Protocol requests with wrong shapes, sizes and types, and pixels that are not numbers.
import { type Attack, type Family, type Next, noise, pick, post, whole } from './attack.ts';
import { damage } from './pictures.ts';

/** Numbers where a size is expected. */
const sizes = [
  -1,
  0,
  1,
  2,
  27,
  28,
  29,
  784,
  1.5,
  1e9,
  2 ** 31,
  2 ** 53,
  1e300,
  '28',
  null,
  true,
  [],
  {},
] as const;
const datatypes = [
  'UINT8',
  'FP32',
  'FP64',
  'INT64',
  'BOOL',
  'BYTES',
  'uint8',
  'FP16',
  '',
  'BF16',
  'X',
  null,
  8,
  {},
];
const inputNames = ['image', 'Image', '', 'x'.repeat(5_000), null, '__proto__', 7];

function numbers(next: Next): unknown {
  const data = Array.from({ length: whole(next, 0, 2 * 784) }, () => whole(next, 0, 255));
  return pick<unknown>(next, [
    data,
    [data],
    data.map(String),
    data.map(() => null),
    data.map((value) => value * 1e6),
    [...data, -1],
    [...data, 0.5],
    [...data, [1]],
    {},
    'AAAA',
    nested(whole(next, 2, 2_000)),
  ]);
}

function nested(depth: number): unknown {
  let value: unknown = [1];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

function shape(next: Next): unknown {
  if (next() < 0.3)
    return pick<unknown>(next, [[1, 28, 28, 1], [2, 28, 28, 1], [1, 784], [], 784, null, 'x']);
  return Array.from({ length: whole(next, 0, 8) }, () => pick(next, sizes));
}

/** A request that is right or wrong in each of its fields. */
function inferRequest(next: Next): unknown {
  const input = () => ({
    name: pick(next, inputNames),
    datatype: pick(next, datatypes),
    shape: shape(next),
    ...(next() < 0.95 && { data: numbers(next) }),
    ...(next() < 0.3 && {
      parameters: pick<unknown>(next, [{ binary_data_size: pick(next, sizes) }, [], 'x', null]),
    }),
  });
  return {
    id: pick<unknown>(next, ['a', 'a'.repeat(1e4), 7, null, {}]),
    inputs: pick<unknown>(next, [
      [input()],
      [input()],
      [input(), input()],
      input(),
      [],
      null,
      Array.from({ length: 300 }, input),
    ]),
    ...(next() < 0.3 && {
      outputs: pick<unknown>(next, [
        [],
        [{ name: 'nothing' }],
        [{ name: null }],
        'x',
        [{ name: 'probabilities', parameters: { binary_data: 'yes', classification: -1 } }],
      ]),
    }),
    ...(next() < 0.2 && {
      parameters: pick<unknown>(next, [null, [], { binary_data_output: 'x' }, { timeout: -1 }]),
    }),
  };
}

const target = (next: Next) =>
  pick(next, ['/v2/models/colors/infer', '/v2/models/colors/versions/1/infer', '/v2/models/nothing/infer']);

/** Inference requests in JSON. */
export const json: Family = (next) => {
  const text = JSON.stringify(inferRequest(next));
  const body =
    next() < 0.2
      ? text.slice(0, whole(next, 0, text.length - 1))
      : next() < 0.1
        ? damage(Buffer.from(text), next)
        : text;
  return post('OIP in JSON', target(next), body, { 'Content-Type': 'application/json' });
};

/** The binary tensor extension: a JSON header, then bytes that are more or fewer than the header says. */
export const binary: Family = (next): Attack => {
  const claimed = pick<unknown>(next, [...sizes, 784, 784]);
  const header = Buffer.from(
    JSON.stringify({
      inputs: [
        {
          name: 'image',
          datatype: pick(next, datatypes),
          shape: shape(next),
          parameters: { binary_data_size: claimed },
        },
      ],
    }),
  );
  const tail = next() < 0.5 ? noise(next, whole(next, 0, 2_000)) : strings(next);
  const length = pick<unknown>(next, [
    header.length,
    header.length,
    header.length + 1,
    header.length - 1,
    0,
    -1,
    1e9,
    'x',
    '',
  ]);
  return post('OIP in binary', target(next), Buffer.concat([header, tail]), {
    'Content-Type': 'application/octet-stream',
    'Inference-Header-Content-Length': String(length),
  });
};

/** BYTES: each element after its length in 4 bytes, which may be anything. */
function strings(next: Next): Buffer {
  return Buffer.concat(
    Array.from({ length: whole(next, 1, 5) }, () => {
      const bytes = noise(next, whole(next, 0, 300));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(pick(next, [bytes.length, bytes.length + 1, 0xffffffff, 0x7fffffff, 0]));
      return Buffer.concat([length, bytes]);
    }),
  );
}

/** `/classify` in JSON: base64 that is none, pixels of no shape, JSON that is none. */
export const classifyJson: Family = (next) => {
  const text = pick(next, [
    JSON.stringify({ image: noise(next, whole(next, 0, 500)).toString('base64') }),
    JSON.stringify({ image: '='.repeat(whole(next, 1, 5_000)) }),
    JSON.stringify({ image: pick(next, sizes) }),
    JSON.stringify({ images: Array.from({ length: whole(next, 0, 3_000) }, () => 'AA==') }),
    JSON.stringify({ pixels: numbers(next), shape: shape(next) }),
    JSON.stringify({ pixels: numbers(next), width: pick(next, sizes), height: pick(next, sizes) }),
    JSON.stringify(numbers(next) ?? null),
    '['.repeat(whole(next, 1, 100_000)),
    '{"a":'.repeat(whole(next, 1, 20_000)),
    '{"__proto__":{"image":"x"},"constructor":{"prototype":{}}}',
    `{"image":${'9'.repeat(whole(next, 1, 5_000))}}`,
    '{"image":"\ud800"}',
    'null',
    '""',
    'NaN',
    '',
  ]);
  return post('classify in JSON', '/classify', text, { 'Content-Type': 'application/json' });
};
