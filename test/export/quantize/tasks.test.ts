// What is promised of smaller files of several labels and of numbers: they are measured by their own task, and refused by it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diff } from '../../../export/diff/index.ts';
import { openModelFile } from '../../../export/files/file.ts';
import { type QuantizeOptions, type QuantizeStage, quantize } from '../../../export/quantize/index.ts';
import { measureBoth } from '../../../export/quantize/measure.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { proofOf } from '../../../models/card-proof.ts';
import { loadModel } from '../../../public/index.ts';
import type { Dataset } from '../../../train/datasets/dataset.ts';
import { labelsModel, numbersModel } from '../../serve/task-model.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-quantize-tasks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const N = 40;
const images = new Uint8Array(new SharedArrayBuffer(N * 12)).map((_, i) => (i * i * 37) % 256);

/** Pictures whose targets are what the model itself answers. */
async function dataOf(path: string, targetsOf: (row: number[]) => number[], task: 'multi' | 'regression') {
  await using model = await loadModel(path, { task: 'any', threads: 1 });
  const pictures = Array.from({ length: N }, (_, i) => ({
    data: images.slice(i * 12, (i + 1) * 12),
    ...{ width: 2, height: 2, channels: 3 as const },
  }));
  const answers = await model.classify(pictures);
  const rows = answers.map((answer) =>
    'values' in answer ? Object.values(answer.values) : Array.from(answer.probabilities),
  );
  const targets = new Float32Array(new SharedArrayBuffer(N * 3 * 4));
  targets.set(rows.flatMap(targetsOf));
  const shared = new Uint8Array(new SharedArrayBuffer(N * 12));
  shared.set(images);
  const split = { images: shared, labels: new Uint8Array(new SharedArrayBuffer(N)), targets, n: N };
  const dataset: Dataset = {
    ...{ name: 'tests', task, labels: [...model.card.labels], shape: [2, 2, 3] },
    ...{ train: split, validation: split, digests: { train: '', validation: '' } },
  };
  return dataset;
}

const equal = { latency: async () => ({ before: 1, after: 1, ratio: 1 }) };

it.each([
  ['tints', labelsModel, (row: number[]) => row.map((p, k) => Number(p >= ([0.5, 0.75, 0.25][k] ?? 1)))],
  ['counts', numbersModel, (row: number[]) => row],
] as const)('%s of float16', async (name, make, targetsOf) => {
  const { bytes, card } = await make();
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, bytes);
  const file = await openModelFile(path, folder);
  const data = await dataOf(path, targetsOf, card.task);
  const stages: QuantizeStage[] = [];
  const options: QuantizeOptions = {
    weights: 'float16',
    ...{ maxDrop: 0.01, repository: join(folder, 'models'), name: `${name}-float16` },
    ...{ onStage: (stage: QuantizeStage) => stages.push(stage), ...equal },
  };
  const made = await quantize(file, data, options);
  if (!('model' in made)) throw new Error(made.declined);
  const smaller = await openModelFile(made.model.path, folder);
  expect(smaller.card && proofOf(smaller.card)).toBe('holds');
  expect((await verifyAlone(smaller)).filter(({ holds }) => !holds)).toEqual([]);
  const measured = stages.find((stage) => stage.name === 'measured');
  // Before, it answers just what is right.
  if (card.task === 'multi') {
    expect(smaller.card?.quantization).toMatchObject({ n: N, meanAveragePrecisionBefore: 1 });
    expect(measured?.measured.words).toMatch(/^mean average precision [\d.]+, before 1; \d changed labels/);
  } else {
    expect(smaller.card?.quantization).toMatchObject({ n: N, meanAbsoluteErrorBefore: [0, 0, 0] });
    expect(measured?.measured.words).toMatch(
      /^mean absolute error of x [\d.e-]+, count [\d.e-]+, file [\d.]+, before 0/,
    );
  }
  await using model = await loadModel(readFileSync(made.model.path), { task: 'any', threads: 1 });
  expect(model.card.task).toBe(card.task);
  const { answers } = await diff(file, smaller);
  expect(answers).toMatchObject({
    n: 4,
    ...(card.task === 'regression' && { unit: "of a number's deviation" }),
  });
  expect(answers?.largest).toBeLessThan(0.01);
});

it('a copy that answers otherwise loses by its own measure', async () => {
  const labels = await labelsModel();
  const parity = { n: 2, maxProbabilityDifference: 1, changedLabels: 2, ties: 0 };
  const targets = Float32Array.of(1, 0, 0, 0, 1, 1);
  const split = { images: new Uint8Array(24), labels: new Uint8Array(2), n: 2 };
  const wrong = measureBoth(
    labels.card,
    { ...split, targets },
    { parity, expected: targets, got: targets.map((v) => 1 - v) },
  );
  expect(wrong.drop).toBeCloseTo(0.5, 6);
  const numbers = await numbersModel();
  const off = targets.map((value, i) => (i % 3 === 0 ? 1 - value : value));
  expect(
    measureBoth(numbers.card, { ...split, targets }, { parity, expected: targets, got: off }).drop,
  ).toBeCloseTo(4 / 3, 6);
  expect(() => measureBoth(numbers.card, split, { parity, expected: targets, got: off })).toThrow(
    'the test pictures have one label each',
  );
});
