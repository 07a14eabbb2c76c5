// What is promised of embeddings: the library, the server and its client give of each picture what the last layer takes; who does
// not ask for them shares no run with who does; and a model without such a layer says so.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withCard } from '../../models/complete-card.ts';
import { encodePng } from '../../models/image/encode-png.ts';
import { attribute } from '../../models/onnx/attribute.ts';
import { namedNode } from '../../models/onnx/make.ts';
import { dataType, decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { digestWeights } from '../../models/onnx/weights-digest.ts';
import { createClient } from '../../public/client.ts';
import { loadModel } from '../../public/index.ts';
import { colors, openTestApp, refusal } from './harness.ts';
import { tinyModel } from './tiny-model.ts';

/** Of 2 x 2 pixels, as the model takes: its features are these numbers. */
const pixels = [20, 7, 250].map((seed) => Uint8Array.from({ length: 12 }, (_, i) => (seed * (i + 3)) % 256));
const pictures = pixels.map((data) => ({ data, width: 2, height: 2, channels: 3 as const }));
let files: Uint8Array<ArrayBuffer>[];

let server: Awaited<ReturnType<typeof openTestApp>>;
/** The sizes of the runs of models, in their order. */
const runs: number[] = [];

beforeAll(async () => {
  files = await Promise.all(pictures.map(encodePng));
  const observer = { batched: (_: unknown, size: number) => void runs.push(size) };
  server = await openTestApp({ models: [colors], engine: { observers: [observer] } });
});
afterAll(() => server.close());

test('of several pictures at once, each has its own, in the server and its client', async () => {
  const form = new FormData();
  for (const file of files) form.append('img', new Blob([file]));
  form.append('img', new Blob(['none']));
  const response = await server.app.request('/classify?embedding=true&top=1', { method: 'POST', body: form });
  const { results } = await response.json();
  expect(results.map((one: { embedding?: number[] }) => one.embedding)).toEqual([
    ...pixels.map((data) => [...data]),
    undefined,
  ]);
  expect(results[0].predictions).toHaveLength(1);
  const client = createClient('http://server', {
    fetch: async (...asked) => server.app.request(...(asked as Parameters<typeof server.app.request>)),
  });
  const answers = await client.classify(files, { embedding: true });
  expect(answers.map(({ embedding }) => embedding)).toEqual(pixels.map((data) => [...data]));
  expect(await client.classify(files[0] ?? '')).not.toHaveProperty('embedding');
  const misspelt = await server.post(files[0] ?? new Uint8Array(), '?embedding=yes');
  expect(await refusal(misspelt)).toEqual({
    status: 400,
    error: 'embedding: received "yes", expected true or false',
  });
});

test('pictures of which it is asked run by themselves: the others have the run, and the answer, that they had', async () => {
  const [model] = server.engine.models();
  if (model === undefined) throw new Error('no model is served');
  const ask = (data: Uint8Array, embedding: boolean) =>
    server.engine.classify(model, { kind: 'input', data }, { embedding });
  runs.length = 0;
  const results = await Promise.all(
    pixels.flatMap((data) => [ask(data, false), ask(data, true), ask(data, false)]),
  );
  expect(runs.toSorted()).toEqual([3, 6]);
  for (const [i, { embedding, output }] of results.entries()) {
    const data = pixels[Math.floor(i / 3)] ?? new Uint8Array();
    expect(embedding && [...embedding]).toEqual(i % 3 === 1 ? [...data] : undefined);
    for (const [k, value] of (server.models[0]?.probabilities(data) ?? []).entries())
      expect(output[k]).toBeCloseTo(value, 6);
  }
});

test('the library gives it of any source, also of models that take a fixed number of pictures', async () => {
  const { bytes, card } = await tinyModel(colors);
  const { graph, ...rest } = decodeModel(bytes);
  const shape = { dim: [2, 2, 2, 3].map((dim_value) => ({ dim_value })) };
  const image = { name: 'image', type: { tensor_type: { elem_type: dataType.UINT8, shape } } };
  const pairs = encodeModel({
    ...rest,
    graph: { ...graph, input: [image] },
  });
  for (const file of [bytes, pairs]) {
    await using model = await loadModel(file, { threads: 1 });
    const rows = await model.embed([...pictures, ...files]);
    expect(rows.every((row) => row instanceof Float32Array)).toBe(true);
    expect(rows.map((row) => [...row])).toEqual([...pixels, ...pixels].map((data) => [...data]));
    expect([...(await model.embed(pictures[0] ?? ''))]).toEqual([...(pixels[0] ?? [])]);
    await expect(model.embed('none.png')).rejects.toMatchObject({ name: 'PictureError' });
    expect(await model.classify(pictures[0] ?? '')).toMatchObject({ task: card.task });
  }
});

test('a model without a layer before its answer says so, and goes on answering', async () => {
  const { bytes, card } = await tinyModel(colors);
  const { graph, ...rest } = decodeModel(bytes);
  // What a pooling gives is the answer itself, before the softmax.
  const node = [
    ...graph.node.slice(0, 1),
    namedNode('Transpose', 'maps', ['floats'], [attribute.ints('perm', [0, 3, 1, 2])]),
    namedNode('GlobalAveragePool', 'pooled', ['maps']),
    namedNode('Flatten', 'logits', ['pooled']),
    ...graph.node.slice(-1),
  ];
  const bare = { ...rest, graph: { ...graph, node, initializer: [] } };
  const own = { ...card, golden: [], weightsDigest: digestWeights(bare) };
  await using model = await loadModel(encodeModel(withCard(bare, own)), { threads: 1 });
  for (let times = 0; times < 2; times++)
    await expect(model.embed(pictures[0] ?? '')).rejects.toMatchObject({
      ...{ name: 'ModelError', reason: 'model' },
      message: expect.stringMatching(/^the model has no output "embedding": no layer before its answer/),
    });
  expect(await model.classify(pictures[0] ?? '')).toHaveProperty('label');
});
