// What is promised of an answer: it is what training's evaluation says of the picture, and Python's onnxruntime too.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serve } from '../../serve/main.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { loadDataset } from '../../train/datasets/index.ts';
import { shippedModels } from '../shipped.ts';
import { busyPixels } from './pictures.ts';
import { compareThree } from './three-answers.ts';

/** Pictures of each model: `npm run bench answers` takes all 10,000 of both test sets. */
const N = 400;

/** Measured: 5.7e-7 from training, none from Python, whose onnxruntime is the same. */
const TOLERANCE = 2e-6;

let server: Serving;

beforeAll(async () => {
  server = await serve({ repository: repositoryFolder, host: '127.0.0.1', port: 0, log: () => {} });
});
afterAll(() => server.close());

test.each([
  ['digits', [28, 28, 1]],
  ['cifar', [32, 32, 3]],
] as const)('%s: the server, training and Python agree', async (name, shape) => {
  const size = shape[0] * shape[1] * shape[2];
  // CIFAR-10 is large to fetch; any pictures show whether answers are equal.
  const images =
    name === 'digits'
      ? (await loadDataset('mnist')).validation.images.subarray(0, N * size)
      : blocks(N, size);
  const agreement = await compareThree({
    file: shippedModels[name],
    images,
    shape,
    url: `${server.url}/classify?model=${name}`,
  });
  expect(agreement).toMatchObject({ n: N, changedLabels: 0 });
  expect(agreement.fromTraining).toBeLessThanOrEqual(TOLERANCE);
  expect(agreement.fromPython).toBeLessThanOrEqual(TOLERANCE);
  expect(new Set(agreement.labels).size).toBeGreaterThan(3);
});

/** Noise in stripes of different brightness, so that the pictures are not all alike to a network. */
function blocks(n: number, size: number): Uint8Array {
  const brightness = busyPixels(1000, 1);
  return busyPixels(n * size, 1)
    .subarray(0, n * size)
    .map((value, i) => (value + 3 * (brightness[Math.floor(i / 384) % 997] ?? 0)) >> 2);
}
