// What is promised of inference requests byte by byte: both encodings agree, and wrong shapes and sizes are found.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../../serve/app.ts';
import type { Engine } from '../../../serve/engine/index.ts';
import {
  inferResponseSchema,
  modelMetadataSchema,
  serverMetadataSchema,
} from '../../../serve/openinference/schema.ts';
import { colors, openTestApp, refusal } from '../harness.ts';
import { plain } from '../pictures.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;

beforeAll(async () => {
  server = await openTestApp({ models: [colors], limits: { bodyBytes: 100_000, jsonBytes: 20_000 } });
});
afterAll(() => server.close());

const pixels = Array.from({ length: 12 }, (_, i) => i * 20);
const image = { name: 'image', shape: [1, 2, 2, 3], datatype: 'UINT8' };

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  model = 'colors',
) {
  return server.app.request(`/v2/models/${model}/infer`, { method: 'POST', body, headers });
}

/** JSON, then bytes, with the header that says where one ends. */
function binary(json: unknown, ...blobs: Uint8Array[]) {
  const head = Buffer.from(JSON.stringify(json));
  const body = new Uint8Array(Buffer.concat([head, ...blobs]));
  return post(body, { 'inference-header-content-length': String(head.length) });
}

async function probabilities(response: Response): Promise<number[]> {
  expect(response.status, await response.clone().text()).toBe(200);
  const body = Buffer.from(await response.arrayBuffer());
  const length = response.headers.get('inference-header-content-length');
  const json = inferResponseSchema.parse(
    JSON.parse(body.subarray(0, Number(length ?? body.length)).toString()),
  );
  const [output] = json.outputs;
  if (length === null) return (output?.data ?? []).map(Number);
  const blob = body.subarray(Number(length));
  expect(output?.parameters).toEqual({ binary_data_size: blob.length });
  return Array.from({ length: blob.length / 4 }, (_, i) => blob.readFloatLE(i * 4));
}

test('JSON flat, JSON nested, bytes and bytes alone give one answer', async () => {
  const expected = server.models[0]?.probabilities(Uint8Array.from(pixels)) ?? [];
  const nested = [
    [
      [pixels.slice(0, 3), pixels.slice(3, 6)],
      [pixels.slice(6, 9), pixels.slice(9)],
    ],
  ];
  const blob = Uint8Array.from(pixels);
  const size = { binary_data_size: 12 };
  const asked = { outputs: [{ name: 'probabilities', parameters: { binary_data: true } }] };
  for (const response of [
    await post(JSON.stringify({ inputs: [{ ...image, data: pixels }] })),
    await post(JSON.stringify({ inputs: [{ ...image, data: nested }] })),
    await post(JSON.stringify({ inputs: [{ ...image, data: pixels }], ...asked })),
    await binary({ inputs: [{ ...image, parameters: size }] }, blob),
    await binary(
      { inputs: [{ ...image, parameters: size }], parameters: { binary_data_output: true } },
      blob,
    ),
    await post(blob, { 'inference-header-content-length': '0' }),
  ]) {
    for (const [i, value] of (await probabilities(response)).entries()) {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 6);
    }
  }
});

test('a picture in base64, and as BYTES after the JSON', async () => {
  const file = await plain('red');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(file.length);
  const input = { name: 'image', shape: [1], datatype: 'BYTES' };
  const text = await post(JSON.stringify({ inputs: [{ ...input, data: [file.toString('base64')] }] }));
  const bytes = await binary(
    { inputs: [{ ...input, parameters: { binary_data_size: file.length + 4 } }] },
    length,
    file,
  );
  expect(await probabilities(text)).toEqual(await probabilities(bytes));
});

test("a timeout, in microseconds, becomes the picture's deadline", async () => {
  const deadlines: (number | undefined)[] = [];
  const engine: Engine = {
    ...server.engine,
    classify(model, source, asked) {
      deadlines.push(asked?.deadline);
      return server.engine.classify(model, source, asked);
    },
  };
  const app = createApp({ engine });
  for (const parameters of [{ timeout: 2_500_000 }, { timeout: 0 }, {}]) {
    const body = JSON.stringify({ inputs: [{ ...image, data: pixels }], parameters });
    await probabilities(await app.request('/v2/models/colors/infer', { method: 'POST', body }));
  }
  expect(deadlines).toEqual([2500, undefined, undefined]);
});

test('the stages are in Server-Timing, also of a batch', async () => {
  const response = await post(
    JSON.stringify({ inputs: [{ ...image, shape: [2, 2, 2, 3], data: [...pixels, ...pixels] }] }),
  );
  expect(response.headers.get('server-timing')).toMatch(/^decode;dur=0\.000, .*run;dur=.*total;dur=/);
});

test('a tensor of as many rows as may be fits into JSON, each pixel in its array; more values do not', async () => {
  const row = [
    [pixels.slice(0, 3), pixels.slice(3, 6)],
    [pixels.slice(6, 9), pixels.slice(9)],
  ];
  const data = Array.from({ length: 256 }, () => row);
  const whole = { inputs: [{ ...image, shape: [256, 2, 2, 3], data }] };
  expect(await probabilities(await post(JSON.stringify(whole)))).toHaveLength(256 * 3);
  const more = { inputs: [{ ...image, data: Array.from({ length: 6_000 }, () => 0) }] };
  expect(await refusal(await post(JSON.stringify(more)))).toEqual({
    status: 413,
    error:
      'received JSON with more than 5,864 values: a request has 256 rows of "image" [2,2,3] at most, and may send them as binary data, after the JSON',
  });
});

describe('what is not true is 400 and named', () => {
  const whole = { inputs: [{ ...image, data: pixels }] };
  const change = (input: object) => JSON.stringify({ inputs: [{ ...image, data: pixels, ...input }] });

  test.each([
    ['no JSON', '{', /failed to parse the JSON of the request/],
    ['no inputs', '{}', /^inputs: /],
    ['an empty list', '{"inputs": []}', /^inputs: /],
    ['no shape', '{"inputs": [{"name": "image", "datatype": "UINT8"}]}', /^inputs\[0\]\.shape: /],
    ['an unknown datatype', change({ datatype: 'UINT9' }), /^inputs\[0\]\.datatype: /],
    ['a negative shape', change({ shape: [-1, 2, 2, 3] }), /^inputs\[0\]\.shape\[0\]: /],
    ['a fraction of a row', change({ shape: [0.5, 2, 2, 3] }), /^inputs\[0\]\.shape\[0\]: /],
    ['no rows', change({ shape: [0, 2, 2, 3], data: [] }), /received 0 rows, expected 1 to 256/],
    ['very many rows', change({ shape: [2 ** 50, 2, 2, 3] }), /expected 1 to 256/],
    ['another name', change({ name: 'picture' }), /unexpected inference input "picture".*expected "image"/],
    ['another shape', change({ shape: [1, 3, 2, 2] }), /received UINT8 \[1,3,2,2\], expected \[N,2,2,3\]/],
    ['too few elements', change({ data: pixels.slice(1) }), /received 11 elements, expected 12/],
    ['too many elements', change({ data: [...pixels, 1] }), /received 13 elements, expected 12/],
    ['too many nested elements', change({ data: [pixels, pixels] }), /more data than its shape/],
    ['uneven nesting', change({ data: [[[pixels]], 1] }), /nested unevenly/],
    [
      'numbers beyond a byte',
      change({ data: pixels.map((x) => x + 100) }),
      /element 8: expected a whole number/,
    ],
    ['text', change({ data: pixels.map(String) }), /element 0: expected a whole number/],
    ['no data', change({ data: undefined }), /expected an array as its data/],
    ['several inputs', JSON.stringify({ inputs: [...whole.inputs, ...whole.inputs] }), /received 2 inputs/],
    ['pictures that are no base64', change({ datatype: 'BYTES', shape: [1], data: ['?'] }), /in base64/],
    ['several columns', change({ datatype: 'BYTES', shape: [1, 2], data: [] }), /received BYTES \[1,2\]/],
    [
      'shared memory',
      change({ parameters: { shared_memory_region: 'x' } }),
      /shared memory is not supported/,
    ],
    [
      'many classes',
      JSON.stringify({ ...whole, outputs: [{ name: 'probabilities', parameters: { classification: -1 } }] }),
      /classification: received -1/,
    ],
    [
      `deep nesting`,
      change({ data: JSON.parse(`${'['.repeat(50)}${']'.repeat(50)}`) }),
      /received 1 elements/,
    ],
    [
      'deeper nesting',
      change({ data: JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) }),
      /nested deeper than 64/,
    ],
  ])('%s', async (_, body, error) => {
    expect(await refusal(await post(body))).toEqual({ status: 400, error: expect.stringMatching(error) });
  });

  test.each([
    [
      'more bytes than came',
      { binary_data_size: 13 },
      12,
      /binary_data_size: received 13, but 12 bytes follow/,
    ],
    [
      'fewer bytes than came',
      { binary_data_size: 11 },
      12,
      /received 12 bytes after the JSON, but the inputs have 11/,
    ],
    ['bytes below nothing', { binary_data_size: -1 }, 12, /binary_data_size: received -1/],
    ['bytes in words', { binary_data_size: '12' }, 12, /binary_data_size: received "12"/],
    ['bytes that nobody wants', {}, 12, /received 12 bytes after the JSON, but the inputs have 0/],
    ['too few for the shape', { binary_data_size: 11 }, 11, /received 11 elements, expected 12/],
  ])('%s', async (_, parameters, length, error) => {
    const got = await refusal(await binary({ inputs: [{ ...image, parameters }] }, new Uint8Array(length)));
    expect(got).toEqual({ status: 400, error: expect.stringMatching(error) });
  });

  test.each([
    ['a length beyond the bytes', [255, 255, 255, 255, 1], /element 0: its length goes beyond/],
    ['half a length', [0, 0, 0, 0, 1, 0], /element 1: its length goes beyond/],
    ['fewer elements', [1, 0, 0, 0, 9], /received 1 elements, expected 2/],
    ['more elements', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], /received 3 elements, expected 2/],
  ])('BYTES with %s', async (_, bytes, error) => {
    const input = {
      name: 'image',
      shape: [2],
      datatype: 'BYTES',
      parameters: { binary_data_size: bytes.length },
    };
    const got = await refusal(await binary({ inputs: [input] }, Uint8Array.from(bytes)));
    expect(got).toEqual({ status: 400, error: expect.stringMatching(error) });
  });

  test.each(['999', '-1', 'x', '1.5', '99999999999'])('the JSON has length %s', async (length) => {
    const got = await refusal(
      await post(JSON.stringify(whole), { 'inference-header-content-length': length }),
    );
    expect(got).toEqual({
      status: 400,
      error: expect.stringContaining(`received ${length}, expected the number of bytes`),
    });
  });
});

test('too much JSON is 413, and so is what unpacks to too much', async () => {
  const long = JSON.stringify({ inputs: [{ ...image, data: Array.from({ length: 15_000 }, () => 1) }] });
  expect(await refusal(await post(long))).toMatchObject({ status: 413 });
  const bomb = await post(new Uint8Array(gzipSync(Buffer.alloc(10_000_000))), { 'content-encoding': 'gzip' });
  expect(await refusal(bomb)).toEqual({
    status: 413,
    error: expect.stringContaining('the decompressed body is longer'),
  });
  const broken = await post('x', { 'content-encoding': 'gzip' });
  expect(await refusal(broken)).toMatchObject({ status: 400 });
  expect(await refusal(await post('x', { 'content-encoding': 'br' }))).toMatchObject({ status: 415 });
});

test('the metadata of server and models has the form that the protocol defines', async () => {
  const get = async (path: string) => (await server.app.request(path)).json();
  expect(serverMetadataSchema.strict().parse(await get('/v2')).extensions).toContain('binary_tensor_data');
  modelMetadataSchema.strict().parse(await get('/v2/models/colors'));
  modelMetadataSchema.strict().parse(await get('/v2/models/colors/versions/1'));
  expect(await get('/v2/health/live')).toEqual({ live: true });
  expect(await get('/v2/models/colors/ready')).toEqual({ name: 'colors', ready: true });
  expect(await refusal(await server.app.request('/v2/models/none/ready'))).toMatchObject({ status: 404 });
});

describe('a bad row', () => {
  const good = { name: 'image', shape: [2, 2, 2, 3], datatype: 'UINT8' };
  const partial = { parameters: { partial: true } };

  test('fails the request, and says how to have the others answered', async () => {
    const inputs = [{ ...good, data: [...pixels, ...pixels.with(4, 256)] }];
    expect(await refusal(await post(JSON.stringify({ inputs })))).toEqual({
      status: 400,
      error:
        'element 1 of the batch: input "image", element 16: expected a whole number from 0 to 255. The parameter "partial": true has the 1 good ones answered',
    });
  });

  test('has its own error where the request asks for that, in numbers and in classes', async () => {
    const picture = await plain('red');
    const inputs = [
      { name: 'image', shape: [3], datatype: 'BYTES', data: ['?', picture.toString('base64'), 'eA=='] },
    ];
    const response = await post(JSON.stringify({ inputs, ...partial }));
    const { outputs, parameters } = inferResponseSchema.parse(await response.json());
    expect(response.status).toBe(200);
    expect(parameters).toEqual({
      error_0: expect.stringContaining('expected a picture in base64'),
      status_0: 400,
      error_2: expect.stringContaining('expected a picture'),
      status_2: 415,
    });
    const data = outputs[0]?.data ?? [];
    expect(data.map((value) => typeof value)).toEqual([
      ...Array(3).fill('object'),
      ...Array(3).fill('number'),
      ...Array(3).fill('object'),
    ]);
    const asked = { outputs: [{ name: 'probabilities', parameters: { classification: 1 } }] };
    const classes = await (await post(JSON.stringify({ inputs, ...partial, ...asked }))).json();
    expect(classes.outputs[0]).toMatchObject({
      shape: [3, 1],
      data: ['', expect.stringMatching(/:red$/), ''],
    });
  });

  test('with none that is good, the request fails with the first', async () => {
    const inputs = [{ name: 'image', shape: [2], datatype: 'BYTES', data: ['eA==', '?'] }];
    expect(await refusal(await post(JSON.stringify({ inputs, ...partial })))).toEqual({
      status: 415,
      error: expect.stringMatching(/^element 0 of the batch: /),
    });
  });
});
