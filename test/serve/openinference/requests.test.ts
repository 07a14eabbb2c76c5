// What is promised of inference requests, one by one and without a server: what is read, and what is refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { picturesOfTensor } from '../../../serve/openinference/picture-tensor.ts';
import {
  MOST_BYTES,
  readRepositoryRequest,
  refuseOverrides,
} from '../../../serve/openinference/repository-request.ts';
import { readInference } from '../../../serve/openinference/request.ts';
import { inferRequestSchema } from '../../../serve/openinference/schema.ts';
import { model } from './colors.ts';

const limits = { jsonBytes: 20_000, rowsPerRequest: 4 };
/** Reads a request, and the pictures that it holds. */
function read(json: unknown, blobs: readonly Uint8Array[] = [], length?: string) {
  const head = Buffer.from(json === undefined ? '' : typeof json === 'string' ? json : JSON.stringify(json));
  const body = Buffer.concat([head, ...blobs]);
  const header = length ?? (blobs.length > 0 ? String(head.length) : undefined);
  const { request, inputs } = readInference(new Uint8Array(body), header, limits, model);
  return { request, pictures: () => picturesOfTensor(inputs, model, limits.rowsPerRequest) };
}

const image = { name: 'image', datatype: 'UINT8' };
const input = (bytes: ArrayLike<number>) => ({ kind: 'input', data: Uint8Array.from(bytes) });
const file = (text: string) => ({ kind: 'encoded', bytes: new Uint8Array(Buffer.from(text)) });
const refused = (message: string) => expect.objectContaining({ status: 400, message });
const sized = (bytes: number) => ({ parameters: { binary_data_size: bytes } });

describe('a tensor', () => {
  test('is its rows, in numbers flat or nested to any depth, and in bytes', () => {
    const rows = fc.array(fc.uint8Array({ minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rows, (all) => {
        const shape = [all.length, 1, 2, 3];
        const expected = all.map(input);
        const nested = all.map((row) => [[[...row.slice(0, 3)], [...row.slice(3)]]]);
        const whole = Uint8Array.from(all.flatMap((row) => [...row]));
        for (const data of [nested, nested.flat(), nested.flat(2), nested.flat(3)])
          expect(read({ inputs: [{ ...image, shape, data }] }).pictures()).toEqual(expected);
        const pictures = read({ inputs: [{ ...image, shape, ...sized(whole.length) }] }, [whole]).pictures();
        expect(pictures).toEqual(expected);
        for (const picture of pictures) expect('data' in picture && picture.data.buffer.byteLength).toBe(6);
      }),
    );
  });

  test('of bytes alone is one picture, answered in bytes', () => {
    const { request, pictures } = read(undefined, [Uint8Array.of(1, 2, 3, 4, 5, 6)], '0');
    expect(request.parameters).toEqual({ binary_data_output: true });
    expect(pictures()).toEqual([input([1, 2, 3, 4, 5, 6])]);
    expect(() => read(undefined, [Uint8Array.of(1, 2)], '0').pictures()).toThrow(
      'input "image": received 2 elements, expected 6 by its shape [1,1,2,3]',
    );
  });

  test('has each wrong number in its row', () => {
    const data = [...Array(6).fill(0), 0, 0, 256, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1];
    const message = (at: number) =>
      refused(`input "image", element ${at}: expected a whole number from 0 to 255`);
    expect(read({ inputs: [{ ...image, shape: [4, 1, 2, 3], data }] }).pictures()).toEqual([
      input(Array(6).fill(0)),
      message(8),
      input([255, 0, 0, 0, 0, 0]),
      message(23),
    ]);
  });

  const bytes = { name: 'image', datatype: 'BYTES' };
  const element = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };

  test.each([[[2]], [[2, 1]]])('of pictures of shape %j is those, in base64 or in bytes', (shape) => {
    const expected = [file('one'), file('x'.repeat(300))];
    const data = ['one', 'x'.repeat(300)].map((text) => Buffer.from(text).toString('base64'));
    expect(read({ inputs: [{ ...bytes, shape, data }] }).pictures()).toEqual(expected);
    const blob = Buffer.concat([element('one'), element('x'.repeat(300))]);
    const pictures = read({ inputs: [{ ...bytes, shape, ...sized(blob.length) }] }, [blob]).pictures();
    expect(pictures).toEqual(expected);
    const message = refused(
      'input "image", element 1: expected a picture in base64, or send it as binary data',
    );
    for (const wrong of ['?', 7])
      expect(read({ inputs: [{ ...bytes, shape, data: [data[0], wrong] }] }).pictures()).toEqual([
        expected[0],
        message,
      ]);
    expect(() => read({ inputs: [{ ...bytes, shape, data: ['eA=='] }] }).pictures()).toThrow(
      `received 1 elements, expected 2 by its shape [${shape}]`,
    );
  });

  test('may end with an element of no bytes, and not within one', () => {
    const ofBytes = (blob: Buffer) =>
      read({ inputs: [{ ...bytes, shape: [1], ...sized(blob.length) }] }, [blob]);
    expect(ofBytes(element('')).pictures()).toEqual([file('')]);
    for (const wrong of [element('abc').subarray(0, -1), Buffer.alloc(3)])
      expect(() => ofBytes(wrong).pictures()).toThrow("element 0: its length goes beyond the tensor's bytes");
  });

  test.each<[object, RegExp]>([
    [
      { datatype: 'BYTES', shape: [1, 2] },
      /received BYTES \[1,2\], expected \[N,1,2,3\] of UINT8, or \[N\] of BYTES/,
    ],
    [{ datatype: 'BYTES', shape: [1, 1, 1] }, /received BYTES \[1,1,1\]/],
    [{ datatype: 'BYTES', shape: [] }, /received BYTES \[\]/],
    [{ datatype: 'BYTES', shape: [0] }, /input "image": received 0 rows, expected 1 to 4/],
    [{ datatype: 'BYTES', shape: [5] }, /received 5 rows, expected 1 to 4/],
    [{ shape: [5, 1, 2, 3] }, /received 5 rows, expected 1 to 4/],
    [{ shape: [0, 1, 2, 3] }, /received 0 rows/],
    [{ shape: [1, 2, 1, 3] }, /input "image" of model "colors": received UINT8 \[1,2,1,3\]/],
    [{ shape: [6] }, /received UINT8 \[6\]/],
    [{ datatype: 'INT8', shape: [1, 1, 2, 3] }, /received INT8 \[1,1,2,3\]/],
    [
      { name: 'picture', shape: [1, 1, 2, 3] },
      /unexpected inference input "picture" for model "colors", expected "image"/,
    ],
    [{ shape: [1, 1, 2, 3], data: { a: 1 } }, /input "image": expected an array as its data/],
    [{ shape: [1, 1, 2, 3], data: [[[1, 2, 3], 4]] }, /input "image": its data is nested unevenly/],
    [
      {
        shape: [1, 1, 2, 3],
        data: [
          [1, 2, 3, 4],
          [5, 6, 7],
        ],
      },
      /input "image": it has more data than its shape/,
    ],
    [{ shape: [1, 1, 2, 3], data: [1, 2, 3, 4, 5] }, /received 5 elements, expected 6/],
  ])('that the model does not take is refused: %j', (wrong, message) => {
    expect(() => read({ inputs: [{ ...image, data: [], ...wrong }] }).pictures()).toThrow(message);
    expect(() => read({ inputs: [{ ...image, data: [], ...wrong }] }).pictures()).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });

  test('is one', () => {
    const one = { ...image, shape: [1, 1, 2, 3], data: [0, 0, 0, 0, 0, 0] };
    expect(() => read({ inputs: [one, one] }).pictures()).toThrow(
      'received 2 inputs, expected 1 for model "colors"',
    );
    expect(() => picturesOfTensor([], model, 1)).toThrow('received 0 inputs');
  });
});

describe('a request', () => {
  const shape = [1, 1, 2, 3];
  const whole = { inputs: [{ ...image, shape, data: [0, 0, 0, 0, 0, 0] }] };

  test('has its bytes after the JSON, input by input', () => {
    const two = {
      inputs: [
        { ...image, shape, ...sized(2) },
        { ...image, shape, ...sized(1) },
      ],
    };
    const head = JSON.stringify(two);
    const body = Buffer.concat([Buffer.from(head), Buffer.of(7, 8, 9)]);
    const { inputs } = readInference(new Uint8Array(body), String(head.length), limits, model);
    expect(inputs.map(({ content }) => ('bytes' in content ? [...content.bytes] : content))).toEqual([
      [7, 8],
      [9],
    ]);
    expect(read(whole).request).toEqual(whole);
    expect(
      read(`${JSON.stringify(whole)}`, [], String(JSON.stringify(whole).length)).pictures(),
    ).toHaveLength(1);
  });

  test.each<[object, number, string]>([
    [{ ...sized(3) }, 2, 'inputs[0].parameters.binary_data_size: received 3, but 2 bytes follow'],
    [{ ...sized(-1) }, 2, 'received -1, but 2 bytes follow'],
    [{ ...sized(0.5) }, 2, 'received 0.5, but'],
    [{ parameters: { binary_data_size: '2' } }, 2, 'received "2", but'],
    [{ ...sized(1) }, 2, 'received 2 bytes after the JSON, but the inputs have 1 by their binary_data_size'],
    [{ data: [] }, 2, 'received 2 bytes after the JSON, but the inputs have 0'],
    [{ data: [], ...sized(2) }, 2, 'inputs[0] has both data and binary_data_size'],
    [{ parameters: { shared_memory_region: 'x' } }, 0, 'inputs[0]: shared memory is not supported'],
  ])('whose sizes are not true is refused: %j', (wrong, length, message) => {
    const blobs = length > 0 ? [new Uint8Array(length)] : [];
    const make = () => read({ inputs: [{ ...image, shape, ...wrong }] }, blobs);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ status: 400 }));
  });

  test.each(['1000', '-1', '1e1', ' 5', '5 ', '', '12345678901'])(
    'whose JSON has the length "%s" is refused',
    (length) => {
      expect(() => read(whole, [], length)).toThrow(
        `Inference-Header-Content-Length: received ${length}, expected the number of bytes of the JSON, at most the`,
      );
    },
  );

  test('has no more JSON than may be, in bytes, values and texts', () => {
    const spaces = (length: number) => JSON.stringify(whole).padEnd(length);
    expect(read(spaces(20_000)).pictures()).toHaveLength(1);
    expect(() => read(spaces(20_001))).toThrow(
      'received 20001 bytes of JSON, expected 20000 at most: send tensors as binary data, after the JSON',
    );
    // Of 4 rows of [1,2,3]: 4 * (1 + 1 + 2) arrays, 4 * 6 numbers, 4 texts, and 1,000 of each beside them.
    const nested = (n: number) => '['.repeat(n) + ']'.repeat(n);
    const holding: Readonly<Record<string, (n: number) => string[]>> = {
      arrays: (n) => [...Array(20).fill(nested(50)), nested(n - 1000)],
      values: (n) => Array(n).fill('0'),
      texts: (n) => Array(n).fill('""'),
    };
    for (const [what, most] of Object.entries({ arrays: 1015, values: 1039, texts: 1003 })) {
      const reading = (n: number) => () => read(`{"inputs": [${holding[what]?.(n)}]}`);
      expect(reading(most), what).toThrow(expect.objectContaining({ status: 400 }));
      const words = `received JSON with more than ${(most + 1).toLocaleString('en')} ${what}: a request has 4 rows of "image" [1,2,3] at most, and may send them as binary data, after the JSON`;
      expect(reading(most + 1)).toThrow(expect.objectContaining({ status: 413, message: words }));
    }
  });

  test.each<[unknown, string]>([
    ['3', 'the request: '],
    [{}, 'inputs: '],
    [{ inputs: [] }, 'inputs: '],
    [{ inputs: [{}] }, 'inputs[0].name: '],
    [{ inputs: [{ ...image, shape: [1, -1] }] }, 'inputs[0].shape[1]: '],
    [{ inputs: [{ ...image, shape, datatype: 'FP8' }] }, 'inputs[0].datatype: '],
    [{ ...whole, outputs: [{}] }, 'outputs[0].name: '],
    [{ ...whole, id: 3 }, 'id: '],
    [{ inputs: Array(17).fill(whole.inputs[0]) }, 'inputs: received 17 elements, expected 16 at most'],
    [
      { ...whole, outputs: Array(17).fill({ name: 'x' }) },
      'outputs: received 17 elements, expected 16 at most',
    ],
    [
      { inputs: [{ ...image, shape: Array(9).fill(1) }] },
      'inputs[0].shape: received 9 elements, expected 8 at most',
    ],
  ])('that is none is refused by its field: %j', (json, place) => {
    expect(() => read(json)).toThrow(
      expect.objectContaining({
        status: 400,
        message: expect.stringMatching(
          new RegExp(
            `^${place.replace(/[[\].]/g, '\\$&')}.*; expected an inference request, as /docs describes it$`,
          ),
        ),
      }),
    );
  });

  test('may have as many tensors and sides as may be', () => {
    const most = {
      inputs: Array(16).fill({ ...image, shape: Array(8).fill(0) }),
      outputs: Array(16).fill({ name: 'x' }),
    };
    expect(inferRequestSchema.safeParse(most).success).toBe(true);
    expect(inferRequestSchema.safeParse({ ...whole, outputs: [] }).success).toBe(true);
  });
});

describe('a request about the repository', () => {
  const read = (text: string) => readRepositoryRequest(Buffer.from(text));

  test('is an object, or nothing', () => {
    expect(read('')).toEqual({});
    expect(read('{"ready": true}')).toEqual({ ready: true });
    for (const text of ['[]', 'null', '7', '"ready"'])
      expect(() => read(text)).toThrow('the body: expected a JSON object such as {}');
    expect(() => read('{')).toThrow(/^failed to parse the JSON/);
  });

  test('holds a few words', () => {
    expect(() => read(`{"a": [${Array.from({ length: 1_002 }, () => '[]')}]}`)).toThrow(
      /a request about the repository is a few words/,
    );
    expect(MOST_BYTES).toBe(65_536);
  });

  test('may not bring what is to be loaded', () => {
    for (const name of ['config', 'file:1/model.onnx'])
      expect(() => refuseOverrides({ other: 1, [name]: 'x' })).toThrow(
        `parameters.${name}: a model is loaded from its folder in the repository`,
      );
    for (const others of [{ unload_dependents: true }, { profile: 'x' }, {}, undefined, 'config', ['config']])
      expect(() => refuseOverrides(others)).not.toThrow();
  });
});
