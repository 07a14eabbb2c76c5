// Models of several labels and of numbers: their files answer as their networks, by Python's onnxruntime too, and their cards say the task.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stageLine } from '../../../export/cli/lines.ts';
import { compareLabels, compareNumbers } from '../../../export/parity/index.ts';
import { draftOf } from '../../../export/publish/draft-of-task.ts';
import { exportModel } from '../../../export/publish/export.ts';
import type { Exportable } from '../../../export/publish/exportable.ts';
import { networkOf } from '../../../export/publish/from-checkpoint.ts';
import { loadRun } from '../../../export/publish/from-run.ts';
import { exportTo, findFormat } from '../../../export/to/index.ts';
import { checkCard, readCard } from '../../../models/card.ts';
import { judgedBy } from '../../../train/datasets/dataset.ts';
import { placeDigits } from '../../../train/datasets/several-digits.ts';
import { fit } from '../../../train/loop/fit.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { findRecipe, recipeDigest } from '../../../train/recipes/index.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun } from '../../../train/runs/run.ts';
import { python } from '../../python.ts';
import { smallMnist } from '../../train/small-mnist.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-targets-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const architecture = { name: 'small-cnn' as const, filters: [4, 8, 8] as [number, number, number] };

/** What Python's onnxruntime answers to pictures. */
function byPython(path: string, images: Uint8Array, shape: readonly number[], output: string): number[] {
  return JSON.parse(
    python(
      `
import sys, json, numpy as np, onnxruntime as ort
x = np.frombuffer(sys.stdin.buffer.read(), dtype=np.uint8).reshape(-1, ${shape.join(', ')})
session = ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
print(json.dumps(session.run(['${output}'], {'image': x})[0].astype(float).ravel().tolist()))`,
      [path],
      Buffer.from(images),
    ),
  );
}

function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, most: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs((a[i] ?? 0) - (b[i] ?? 0))).toBeLessThan(most);
}

describe('a model of numbers', async () => {
  const recipe = findRecipe(
    'circles',
    {
      ...{ epochs: 2, batchSize: 20, architecture },
      circles: {
        ...{ from: 21, to: 24, radius: [2, 2], gap: 1, side: 48, train: 200, test: 40 },
        as: 'regression',
      },
    },
    { as: 'regression' },
  );
  const dataset = await loadDataOf(recipe);
  const run = createRun(folder, recipe, {});
  await fit({ recipe, dataset, run });
  const model = await loadRun(run, 'best');
  const lines: string[] = [];
  const { path, card, parity, accuracy } = await exportModel(model, {
    repository: join(folder, 'models'),
    onStage: (stage) => lines.push(stageLine(stage)),
  });

  it('answers in the units of the data, as the network does', () => {
    const step = createTraining(recipe, dataset);
    const { tensors } = readCheckpoint(run.best);
    step.write(new Map([...tensors].map(([name, { values }]) => [name, values])));
    const { images, targets = [] } = judgedBy(dataset);
    if (!(images instanceof Uint8Array)) throw new Error('circles are in memory');
    const expected = step.logits(images);
    const got = byPython(path, images, dataset.shape, 'values');
    step.dispose();
    // Seven digits of numbers around 22.
    expectNear(got, expected, 2e-5);
    // Between 21 and 24 circles: standardized, the answers would be around 0.
    for (const value of got) expect(Math.abs(value - 22.5)).toBeLessThan(8);
    const mean = got.reduce((sum, value, i) => sum + Math.abs(value - (targets[i] ?? 0)), 0) / got.length;
    if (card.task !== 'regression') throw new Error(card.task);
    expect(card.metrics?.meanAbsoluteError[0]).toBeCloseTo(mean, 4);
  });

  it('says its range, its measures and what it was compared with', () => {
    expect(readCard(readFileSync(path))).toEqual(card);
    expect(card).toMatchObject({
      ...{ format: 'trainyard-card/2', task: 'regression', labels: ['count'], output: { name: 'values' } },
      ranges: [{ min: 21, max: 24, deviation: Math.fround(Math.sqrt(1.25)) }],
      metrics: { n: 40 },
      parity: { n: 40, tolerance: 1e-5 },
    });
    expect(card).not.toHaveProperty('novelty');
    expect(accuracy).toBeNull();
    expect(parity).toMatchObject({ n: 40, changedLabels: 0 });
    const compared = lines.find((line) => line.includes('compared'));
    expect(compared).toMatch(/largest difference [\d.e-]+, mean absolute error of count [\d.]+$/);
    expect(() => checkCard(JSON.parse(JSON.stringify(card)))).not.toThrow();
  });

  it('has no temperature, and no other format', async () => {
    await expect(loadRun(run, 'best', false, true)).rejects.toThrow(
      `--calibrate has no meaning here: run ${run.name} has learned numbers`,
    );
    const other = join(folder, 'other');
    await expect(exportTo(findFormat('saved-model'), model, other)).rejects.toThrow(
      '--to writes networks that answer with one class; circles answers with numbers.',
    );
  });
});

it('a model of several labels has a threshold for each, and answers each for itself', async () => {
  const dataset = placeDigits(await smallMnist(300, 100));
  const recipe = findRecipe('several-digits', { epochs: 1, batchSize: 20, architecture });
  const run = createRun(folder, recipe, {});
  await fit({ recipe, dataset, run });
  const checkpoint = readCheckpoint(run.best);
  const network = networkOf(run.best, checkpoint, 10, dataset.shape, 'none');
  const { labels, shape, validation: judged } = dataset;
  const draft = await draftOf('multi', network, dataset);
  if (draft.task !== 'multi') throw new Error(`${draft.task}`);
  const model: Exportable = {
    card: {
      ...{ ...draft, name: recipe.name, description: '', labels: [...labels], tta: 'none' },
      input: { shape: [shape[0], shape[1], 1], prepare: recipe.prepare },
      architecture: { name: 'small-cnn', parameters: network.parameters },
      ...{ recipe: { ...recipe }, recipeDigest: recipeDigest(recipe), datasets: [] },
    },
    ...{ probabilities: network.probabilities, variables: network.variables, judged },
  };
  const lines: string[] = [];
  const { path, card } = await exportModel(model, {
    repository: join(folder, 'models'),
    onStage: (stage) => lines.push(stageLine(stage)),
  });
  const { multi } = checkpoint.progress.history.at(-1) ?? {};
  expect(card).toMatchObject({
    ...{ format: 'trainyard-card/2', task: 'multi', thresholds: draft.thresholds },
    output: { name: 'probabilities', values: 'independent' },
    parity: { n: 100, changedLabels: 0 },
  });
  if (card.task !== 'multi') throw new Error(card.task);
  expect(card.metrics?.meanAveragePrecision).toBeCloseTo(multi?.meanAveragePrecision ?? Number.NaN, 5);
  expect(card.metrics?.exact).toBeCloseTo(multi?.exact ?? Number.NaN, 5);
  const some = (judged.images as Uint8Array).subarray(0, 20 * 56 * 56);
  const got = byPython(path, some, shape, 'probabilities');
  const step = createTraining(recipe, dataset);
  step.write(new Map([...checkpoint.tensors].map(([name, { values }]) => [name, values])));
  const expected = step.logits(some).map((logit) => 1 / (1 + Math.exp(-logit)));
  step.dispose();
  expectNear(got, expected, 2e-6);
  // Each is a sigmoid: they do not sum to one.
  const sums = Array.from({ length: 20 }, (_, i) =>
    got.slice(10 * i, 10 * i + 10).reduce((a, b) => a + b, 0),
  );
  expect(sums.some((sum) => Math.abs(sum - 1) > 0.1)).toBe(true);
  expect(lines.find((line) => line.includes('compared'))).toMatch(
    /, 0 changed labels, mean average precision [\d.]+$/,
  );
});

describe('answers are compared', () => {
  it('by their sets of labels, ties apart', () => {
    const compare = compareLabels([0.5, 0.2]);
    const before = Float32Array.of(0.6, 0.1, 0.4, 0.3, 0.5, 0.2);
    expect(compare(before, before, 3)).toEqual({
      n: 3,
      maxProbabilityDifference: 0,
      changedLabels: 0,
      ties: 0,
    });
    const after = Float32Array.of(0.6, 0.3, 0.45, 0.9, 0.5, 0.2);
    const changed = compare(before, after, 3);
    expect(changed).toMatchObject({ n: 3, changedLabels: 1, ties: 0 });
    expect(changed.maxProbabilityDifference).toBeCloseTo(0.6, 6);
    // A probability that is its threshold to the last bit.
    const tie = compare(before, Float32Array.of(0.6, 0.1, 0.4, 0.3, 0.49999997, 0.2), 3);
    expect(tie).toMatchObject({ changedLabels: 1, ties: 1 });
    expect(compare(before, before.slice(1), 3)).toMatchObject({ changedLabels: 3 });
  });

  it('by numbers in units of their deviations, or of themselves', () => {
    const compare = compareNumbers([0.01, 10]);
    const before = Float32Array.of(0, 5, 100, 0);
    const differs = (...after: number[]) =>
      compare(before, Float32Array.from(after), 2).maxProbabilityDifference;
    expect(differs(0, 5, 100, 0)).toBe(0);
    expect(differs(0.001, 5, 100, 0)).toBeCloseTo(0.1, 6);
    expect(differs(0, 6, 100, 0)).toBeCloseTo(0.1, 6);
    expect(differs(0, 5, 101, 0)).toBeCloseTo(0.01, 6);
    expect(differs(Number.NaN, 5, 100, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
