// What is promised of a server on a folder with one model's files, as KServe mounts it: the name is what --model says.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serve } from '../../serve/main.ts';
import { resolveSettings } from '../../serve/settings/resolve.ts';
import { serveSettings } from '../../serve/start.ts';
import { colors, temporaryFolder } from './harness.ts';
import { type TinyModel, tinyModel } from './tiny-model.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let model: TinyModel;
let mounted: string;
let server: Serving;

beforeAll(async () => {
  folder = await temporaryFolder();
  model = await tinyModel(colors);
  mounted = join(folder.path, 'models');
  mkdirSync(mounted);
  writeFileSync(join(mounted, 'model.onnx'), model.bytes);
  const options = { host: '127.0.0.1', port: 0, threads: 1, log: () => {} };
  server = await serve({ ...options, repository: mounted, model: 'tints' });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

test('it answers by the Open Inference Protocol under that name, and none other', async () => {
  const ask = (name: string) =>
    fetch(`${server.url}/v2/models/${name}/infer`, {
      method: 'POST',
      body: JSON.stringify({
        inputs: [{ name: 'image', datatype: 'UINT8', shape: [1, 2, 2, 3], data: pixels }],
      }),
    });
  const pixels = Array.from({ length: 12 }, (_, i) => i * 20);
  const { model_name, outputs } = await (await ask('tints')).json();
  const expected = model.probabilities(Uint8Array.from(pixels));
  expect(model_name).toBe('tints');
  for (const [i, value] of expected.entries()) expect(outputs[0].data[i]).toBeCloseTo(value, 6);
  expect((await ask('colors')).status).toBe(404);
});

test('models that are sent have no place there: it does not start with --model-keys', async () => {
  const keys = join(folder.path, 'keys');
  writeFileSync(keys, 'me 0123456789abcdef\n');
  const flags = { repository: mounted, 'model-keys': keys, port: '0', 'log-format': 'json' };
  await expect(serveSettings(resolveSettings({ flags, environment: {} }), '')).rejects.toThrow(
    `${mounted} holds the files of one model, and has no place for models that are sent`,
  );
});
