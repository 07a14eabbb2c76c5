// What is promised of `trainyard export --json`: standard output is one JSON value that says what was written, and how it compares.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { trainyard } from '../../command.ts';
import { saveLayers } from '../tfjs/saved.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-result-'));
afterAll(() => rmSync(folder, { recursive: true }));
let path: string;

beforeAll(async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.globalAveragePooling2d({ inputShape: [8, 8, 3] }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  ({ path } = await saveLayers(join(folder, 'pets'), model));
});

/** The result of an export, and what it prints for people. */
async function exported(...words: string[]) {
  const { status, stdout, stderr } = await trainyard('export', path, ...words, '--json');
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stderr).toMatch(/^ {2}loaded/);
  return JSON.parse(stdout);
}

it('a classifier: its place in the repository, and its parity', async () => {
  const repository = join(folder, 'models');
  const result = await exported('--labels', 'cat,dog', '--repository', repository);
  expect(result).toEqual({
    kind: 'model',
    name: 'pets',
    version: 1,
    path: join(repository, 'pets/1/model.onnx'),
    parity: { n: 12, maxProbabilityDifference: expect.any(Number), changedLabels: 0, ties: 0 },
    accuracy: null,
  });
  expect(existsSync(result.path)).toBe(true);
});

it('a model as it is: its files, and how far its answers are from those of the network', async () => {
  const file = join(folder, 'pets.onnx');
  const result = await exported('--out', file);
  expect(result).toMatchObject({
    kind: 'file',
    name: 'pets',
    files: [file],
    comparison: { runs: 4, holds: true },
  });
  expect(result.comparison.largestDifference).toBeLessThan(2e-7); // measured: 3e-8
});

it('a folder in another format', async () => {
  const out = join(folder, 'saved');
  const result = await exported('--labels', 'cat,dog', '--to', 'saved-model', '--out', out);
  expect(result).toMatchObject({
    kind: 'folder',
    name: 'pets',
    format: 'saved-model',
    path: out,
    parity: { n: 12 },
  });
});
