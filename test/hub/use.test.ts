// A model of the Hugging Face Hub in use: its makers' answers by the library and by `predict`, and a head trained on it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env, pipeline, RawImage } from '@huggingface/transformers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel, ModelError } from '../../public/index.ts';
import { chooseBackbone, readBackbone } from '../../train/backbone/index.ts';
import { askedBackbone } from '../../train/backbone/options.ts';
import { trainyard } from '../command.ts';
import { commitOf, type HubRepository, type HubServer, startHub } from './server.ts';
import { configurations, onnx, onnxApart, SIDE, temporaryFolder } from './support.ts';

/** Of a probability. Measured: 6e-8. */
const TOLERANCE = 5e-7;

const folder = temporaryFolder();
const apart = onnxApart('model.onnx_data');
const repositories: Record<string, HubRepository> = {
  'acme/cats': { files: { ...configurations, 'onnx/model.onnx': onnx } },
  'acme/apart': { files: { ...configurations, 'model.onnx': apart.model, 'model.onnx_data': apart.weights } },
  'acme/bare': { files: { 'model.onnx': onnx } },
};
const files = { ...repositories['acme/cats']?.files };
const picture = join(folder.path, 'pictures', 'noise.png');
const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * i * 31 + (i >> 5) * 7) % 256);
let hub: HubServer;
/** By label. */
let expected: Record<string, number>;

beforeAll(async () => {
  hub = await startHub(repositories);
  process.env.HF_ENDPOINT = hub.endpoint;
  process.env.HF_HOME = join(folder.path, 'home');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, 'acme/cats', name)), { recursive: true });
    writeFileSync(join(folder.path, 'acme/cats', name), content);
  }
  mkdirSync(dirname(picture));
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(picture);
  // transformers.js, of the same files.
  env.allowRemoteModels = false;
  env.localModelPath = folder.path;
  const classify = await pipeline('image-classification', 'acme/cats', { dtype: 'fp32', device: 'cpu' });
  const scores = await classify(new RawImage(pixels, SIDE, SIDE, 3), { top_k: 3 });
  expected = Object.fromEntries(scores.map(({ label, score }) => [label, score]));
  await classify.dispose();
});
afterAll(async () => {
  await hub.close();
  folder.close();
});

function expectTheirs(predictions: readonly { label: string; probability: number }[]): void {
  expect(predictions.map(({ label }) => label).sort()).toEqual(['cat', 'dog', 'owl']);
  for (const { label, probability } of predictions)
    expect(Math.abs(probability - (expected[label] ?? Number.NaN))).toBeLessThan(TOLERANCE);
}

describe('loadModel', () => {
  test.each(['hf:acme/cats', 'hf:acme/apart'])('%s answers as transformers.js does', async (address) => {
    await using model = await loadModel(address);
    expectTheirs((await model.classify(picture)).predictions);
    const commit = commitOf(repositories[address.slice(3)] ?? { files: {} });
    expect(model.card.description).toContain(`ViTForImageClassification, from ${address}@${commit}/`);
    expect(model.card.name).toBe(address.split('/')[1]);
  });

  test('says why one does not come, and what one lacks', async () => {
    const missing = loadModel('hf:acme/none');
    await expect(missing).rejects.toThrow(/^hf:acme\/none is not there, or is private/);
    await expect(missing).rejects.toMatchObject({ name: 'ModelError', reason: 'fetch' });
    const bare = loadModel('hf:acme/bare');
    await expect(bare).rejects.toThrow(ModelError);
    await expect(bare).rejects.toThrow(
      /hf:acme\/bare: nothing says how it is used.*config\.json and preprocessor_config\.json.*card\.json/,
    );
  });
});

test('predict classifies a folder by it, and refuses an address that is none', async () => {
  const { stdout, status } = await trainyard(
    'predict',
    'hf:acme/cats',
    dirname(picture),
    '--top',
    '3',
    '--json',
  );
  expect(status).toBe(0);
  const { predictions } = JSON.parse(stdout);
  expect(predictions).toHaveLength(1);
  expectTheirs(predictions[0].predictions);
  const wrong = await trainyard('predict', 'hf:cats', dirname(picture));
  expect([wrong.status, wrong.stderr]).toEqual([
    1,
    expect.stringContaining('names no model of the Hugging Face Hub'),
  ]);
});

test('export puts it into a repository in our own form, from which it answers the same', async () => {
  const repository = join(folder.path, 'models');
  mkdirSync(repository);
  const words = ['export', 'hf:acme/apart', '--name', 'pets', '--repository', repository];
  const { status, stderr } = await trainyard(...words);
  expect([status, stderr]).toEqual([0, '']);
  await using model = await loadModel(join(repository, 'pets', '1', 'model.onnx'));
  expectTheirs((await model.classify(picture)).predictions);
  const wrong = await trainyard(...words, '--scaling', '0..1');
  expect([wrong.status, wrong.stderr]).toEqual([
    1,
    expect.stringContaining('--scaling has no meaning for hf:acme/apart'),
  ]);
});

test('a backbone of it is pinned, and comes again when it is gone from the cache', async () => {
  const { backbone, input } = await chooseBackbone(askedBackbone('hf:acme/cats', {}));
  const commit = commitOf(repositories['acme/cats'] ?? { files: {} });
  expect(backbone.source).toBe(`hf:acme/cats@${commit}/onnx/model.onnx`);
  expect(input.standardize.mean).toEqual([0.485, 0.456, 0.406]);
  rmSync(join(folder.path, 'home'), { recursive: true });
  hub.asked.length = 0;
  const graph = await readBackbone(backbone, input.standardize, [SIDE, SIDE, 3]);
  expect(hub.asked[0]).toBe(`GET /api/models/acme/cats/revision/${commit}`);
  expect(graph.graph.output[0]?.name).toBe('features');
});
