// POST /models/:model/versions: off by default, for who has a key, checked wholly before a byte of it is in the repository.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardMetadata } from '../../../models/card.ts';
import { withDigest } from '../../../models/card-proof.ts';
import { dataType, decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import { digestWeights } from '../../../models/onnx/weights-digest.ts';
import { colors, openTestApp, refusal } from '../harness.ts';
import { plain } from '../pictures.ts';
import { type TinyModelOptions, tinyModel, wrongGolden } from '../tiny-model.ts';

const KEY = 'a-key-by-which-models-are-sent';
const OTHER = 'a-key-that-may-only-classify';
const own: TinyModelOptions = { ...colors, name: 'zebras', seed: 3 };

type Server = Awaited<ReturnType<typeof openTestApp>>;
let server: Server;
beforeAll(async () => {
  server = await openTestApp({
    models: [{ seed: 1 }, colors],
    keys: (key) => (key === OTHER ? 'reader' : undefined),
    modelKeys: (key) => (key === KEY ? 'teacher' : undefined),
    limits: { bodyBytes: 400_000 },
  });
});
afterAll(() => server.close());

/** A model whose card proves itself, as those of the page do. */
async function proven(options: TinyModelOptions, also: (card: TinyCard) => TinyCard = (card) => card) {
  const { change = (card) => card } = options;
  return tinyModel({ ...options, change: (card) => also(withDigest(change(card))) });
}
type TinyCard = Parameters<NonNullable<TinyModelOptions['change']>>[0];

function send(to: Server, name: string, body: Uint8Array, key: string | null = KEY): Promise<Response> {
  return Promise.resolve(
    to.app.request(`/models/${name}/versions`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: key === null ? {} : { 'x-api-key': key },
    }),
  );
}

/** Every file and folder of the repository, temporary ones too. */
const inside = (to: Server) => readdirSync(to.repository, { recursive: true }).map(String).sort();

async function refused(body: Uint8Array, name = 'zebras', to = server, key: string | null = KEY) {
  const before = inside(to);
  const said = await refusal(await send(to, name, body, key));
  expect(inside(to)).toEqual(before);
  return said;
}

describe('nothing is taken', () => {
  test('by a server that was not told to, whatever the key', async () => {
    const usual = await openTestApp({ models: [colors] });
    const { bytes } = await proven(own);
    expect(await refused(bytes, 'zebras', usual)).toEqual({
      status: 403,
      error: expect.stringContaining('was started without --model-keys'),
    });
    expect((await (await usual.app.request('/models')).json()).takesModels).toBeUndefined();
    await usual.close();
  });

  test.each([
    ['no key', ''],
    ['another key', 'a-key-that-nobody-was-given'],
    ['a key that may classify', OTHER],
  ])('with %s', async (_, key) => {
    const { bytes } = await proven(own);
    const { status, error } = await refused(bytes, 'zebras', server, key || null);
    expect(status).toBe(401);
    expect(error).toMatch(key ? 'received a key that is not known' : 'this needs a key');
  });

  test.each(['..%2F..%2Fevil', '%2e%2e', '.hidden', 'a%2Fb', 'a%5Cb', '-x', 'a b', 'x'.repeat(101), 'a%00b'])(
    'under the name %s',
    async (name) => {
      const { bytes } = await proven(own);
      const { status } = await refused(bytes, name);
      // A URL with ".." is another address already.
      expect([400, 404]).toContain(status);
      expect(existsSync(join(server.repository, '..', 'evil'))).toBe(false);
    },
  );

  test('that is too long, empty, or no model', async () => {
    expect((await refused(new Uint8Array(400_001))).status).toBe(413);
    expect((await refused(new Uint8Array())).status).toBe(400);
    const { bytes } = await proven(own);
    for (const file of [Buffer.from('no model'), bytes.subarray(0, bytes.length - 9)])
      expect((await refused(file)).status).toBe(422);
  });

  test.each<[string, () => Promise<{ bytes: Uint8Array }>]>([
    ['is older than cards that prove it', () => tinyModel(own)],
    ['is not as it was written', () => proven(own, (card) => ({ ...card, labels: ['a', 'b', 'c'] }))],
    ['differs from its card', () => proven({ ...own, change: wrongGolden })],
    ['no expected answers', () => proven({ ...own, change: (card) => ({ ...card, golden: [] }) })],
    ['recipe in its card', () => proven({ ...own, change: (card) => ({ ...card, recipe: { seed: 1 } }) })],
    ['its card calls it "lions"', () => proven({ ...own, change: (card) => ({ ...card, name: 'lions' }) })],
  ])('whose card does not hold: %s', async (why, made) => {
    const said = await refused((await made()).bytes);
    expect(said).toEqual({ status: 422, error: expect.stringContaining(why) });
  });

  /** The same file with its weights changed. */
  async function withWeights(change: (raw: Uint8Array) => object): Promise<Uint8Array> {
    const model = decodeModel((await proven(own)).bytes);
    const initializer = model.graph.initializer.map((tensor) =>
      tensor.name === 'weights' ? { ...tensor, ...change(tensor.raw_data ?? new Uint8Array()) } : tensor,
    );
    return encodeModel({ ...model, graph: { ...model.graph, initializer } });
  }

  test('whose weights are others', async () => {
    // So little that the expected answers stay within their tolerance.
    const file = await withWeights((raw) => ({
      raw_data: raw.map((byte, i) => (i % 4 === 0 ? byte ^ 1 : byte)),
    }));
    expect(await refused(file)).toEqual({ status: 422, error: expect.stringContaining('weights are not') });
  });

  test('whose weights are in another file', async () => {
    const file = await withWeights(() => ({
      raw_data: undefined,
      data_location: 1,
      external_data: [{ key: 'location', value: 'package.json' }],
    }));
    expect((await refused(file)).error).toContain('its weights are in other files');
  });

  test('that has more in it', async () => {
    const { bytes } = await proven(own);
    // Messages behind one another are one to protobuf: the second may add to the first what a check of one does not see.
    const more = Buffer.concat([bytes, encodeModel({ ...decodeModel(bytes), metadata_props: [] })]);
    expect((await refused(more)).error).toContain('more in the file than a model');
  });

  test('as a further version with other labels', async () => {
    const { bytes } = await proven({ ...colors, name: 'digits' });
    const { status, error } = await refused(bytes, 'digits');
    expect(status).toBe(409);
    expect(error).toContain('has other labels (0, 1, 2');
  });
});

test('a model is taken byte for byte, served at once, and replaces nothing', async () => {
  const answerOf = async (path: string) =>
    (
      await server.app.request(path, {
        method: 'POST',
        headers: { 'x-api-key': OTHER },
        body: new Uint8Array(await plain('red')),
      })
    ).json();
  const listed = async () =>
    (await server.app.request('/models', { headers: { 'x-api-key': OTHER } })).json();
  const before = await listed();
  expect(before.takesModels).toBe(true);
  const usual = await answerOf('/classify');
  const old = readFileSync(join(server.repository, 'colors', '1', 'model.onnx'));

  const { bytes, card } = await proven(own);
  const response = await send(server, 'zebras', bytes);
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ name: 'zebras', version: 1, served: true });
  const file = join(server.repository, 'zebras', '1', 'model.onnx');
  expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
  expect(server.log.join('\n')).toContain('zebras/1 was sent by teacher');
  const { models, default: chosen } = await listed();
  expect(models.at(-1)).toMatchObject({
    name: 'zebras',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    card: { cardDigest: card.cardDigest },
  });
  // By name it would be the last, and answer when none is named.
  expect(chosen).toBe(before.default);
  expect((await answerOf('/classify')).model).toBe(usual.model);
  expect((await answerOf('/models/zebras/classify')).predictions).toHaveLength(3);

  // The same once more is a version of its own, and so is one of a model that somebody has put there.
  expect(await (await send(server, 'zebras', bytes)).json()).toMatchObject({ version: 2 });
  expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
  const better = await proven({ ...colors, seed: 9 });
  expect(await (await send(server, 'colors', better.bytes)).json()).toMatchObject({ version: 2 });
  expect(Buffer.compare(readFileSync(join(server.repository, 'colors', '1', 'model.onnx')), old)).toBe(0);
});

test('two that are sent at once become two versions', async () => {
  const two = await Promise.all(
    [5, 6].map(async (seed) => {
      const { bytes } = await proven({ ...colors, name: 'twins', seed });
      const { version } = await (await send(server, 'twins', bytes)).json();
      const file = join(server.repository, 'twins', String(version), 'model.onnx');
      expect(Buffer.compare(readFileSync(file), bytes)).toBe(0);
      return version;
    }),
  );
  expect(two.sort()).toEqual([1, 2]);
});

/** A model that is right, and takes hours for a picture. */
async function slow(): Promise<Uint8Array> {
  const { bytes, card } = await proven({ ...colors, name: 'slow' });
  const model = decodeModel(bytes);
  const [cast, ...rest] = model.graph.node;
  if (cast === undefined) throw new Error('the tiny model begins with a cast');
  const node = (op_type: string, input: string[], output: string) => ({
    op_type,
    input,
    output: [output],
    attribute: [],
  });
  const tensor = (
    name: string,
    dims: number[],
    data_type: number,
    values: ArrayLike<number> | BigInt64Array,
  ) => ({
    name,
    dims,
    data_type,
    raw_data: new Uint8Array(
      values instanceof BigInt64Array ? values.buffer : Float32Array.from(values).buffer,
    ),
  });
  const changed = {
    ...model,
    graph: {
      ...model.graph,
      initializer: [
        ...model.graph.initializer,
        tensor('side', [2], dataType.INT64, BigInt64Array.of(4000n, 4000n)),
        tensor('zero', [], dataType.FLOAT, [0]),
      ],
      node: [
        { ...cast, output: ['pixels'] },
        { ...node('ReduceMax', ['pixels'], 'most'), attribute: [{ name: 'keepdims', type: 2, i: 0 }] },
        node('Expand', ['most', 'side'], 'square0'),
        ...Array.from({ length: 2000 }, (_, i) =>
          node('MatMul', [`square${i}`, 'square0'], `square${i + 1}`),
        ),
        { ...node('ReduceMin', ['square2000'], 'least'), attribute: [{ name: 'keepdims', type: 2, i: 0 }] },
        node('Mul', ['least', 'zero'], 'nothing'),
        node('Add', ['pixels', 'nothing'], 'floats'),
        ...rest,
      ],
    },
  };
  const own = withDigest({ ...card, weightsDigest: digestWeights(changed) });
  const metadata_props = Object.entries(cardMetadata(own)).map(([key, value]) => ({ key, value }));
  return encodeModel({ ...changed, metadata_props });
}

test('one that computes without an end is given up, and whoever sends another one is heard', async () => {
  const impatient = await openTestApp({
    models: [colors],
    modelKeys: (key) => (key === KEY ? 'teacher' : undefined),
    patience: 3000,
  });
  const { bytes } = await proven(own);
  const first = send(impatient, 'slow', await slow());
  const second = send(impatient, 'zebras', bytes);
  expect(await refusal(await first)).toEqual({
    status: 422,
    error: expect.stringContaining('was ended by SIGKILL, which is SIGKILL after 3 s'),
  });
  expect((await second).status).toBe(201);
  expect(inside(impatient).filter((name) => name.startsWith('slow'))).toEqual([]);
  await impatient.close();
}, 60_000);
