// Trainings of several labels and of numbers: they learn, resume to the bit, add up over parts, and know their scale.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { drawCircles } from '../../../train/datasets/circles.ts';
import { type Dataset, sharedTargets } from '../../../train/datasets/dataset.ts';
import { placeDigits } from '../../../train/datasets/several-digits.ts';
import { evaluateTask } from '../../../train/loop/evaluate.ts';
import { weightsOf } from '../../../train/loop/initial-weights.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import type { Recipe } from '../../../train/recipes/recipe.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';
import { trainInPieces } from '../train-in-pieces.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-targets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const numbers = drawCircles({
  ...{ from: 1, to: 4, radius: [2, 2] as const, gap: 1, side: 24 },
  ...{ train: 300, test: 100, as: 'regression' },
});
const tiny = { name: 'small-cnn', filters: [4, 8, 8] as const, head: 'average' } as const;
const circles = findRecipe(
  'circles',
  { epochs: 4, batchSize: 20, architecture: { ...tiny, filters: [...tiny.filters] } },
  { as: 'regression' },
);
const labels = placeDigits(await smallMnist(600, 200));
const digits = findRecipe('several-digits', {
  epochs: 2,
  batchSize: 20,
  architecture: { ...tiny, filters: [8, 16, 16] },
});

async function trained(recipe: Recipe, dataset: Dataset, stopAt?: number) {
  const run = createRun(folder, recipe, {});
  await trainInPieces({ recipe, dataset, run }, stopAt);
  const files = ['last.safetensors', 'best.safetensors', 'metrics.csv'].map((name) =>
    readFileSync(join(run.folder, name)),
  );
  return { run, files, checkpoint: readCheckpoint(run.last) };
}

describe.each([
  ['numbers', circles, numbers],
  ['several labels', digits, labels],
] as const)('%s', (_, recipe, dataset) => {
  it('end with the same bytes when the training is interrupted', async () => {
    const whole = await trained(recipe, dataset);
    const pieces = await trained(recipe, dataset, 17);
    for (const [i, file] of whole.files.entries()) expect(pieces.files[i]?.equals(file)).toBe(true);
  });

  it('are the same batch in parts', async () => {
    // Sums of gradients are in another order. Without batch norm, which knows its part alone.
    const plain = {
      ...recipe,
      architecture: { name: 'fully-connected', units: [8], initializer: 'variance-scaling' },
    };
    const step = (accumulate: number) => createTraining({ ...plain, accumulate }, dataset);
    const n = recipe.batchSize;
    const size = dataset.shape[0] * dataset.shape[1];
    const count = dataset.labels.length;
    const inputs = {
      images: dataset.train.images.subarray(0, n * size),
      labels: new Int32Array(n),
      targets: (dataset.train.targets ?? new Float32Array()).subarray(0, n * count),
      ...{ learningRate: 0.01, momentum: 0.9, step: 1 },
      seed: [1, 2] as const,
    };
    const [whole, parts] = [step(1), step(4)];
    const [a, b] = [whole.run(inputs), parts.run(inputs)];
    // Measured: 6e-8.
    expect(Math.abs(b.loss / a.loss - 1)).toBeLessThan(3e-7);
    expect(a.correct).toBe(0);
    const [before, after] = [whole.read(), parts.read()];
    for (const [name, values] of before)
      if (!name.startsWith('sum/'))
        for (const [i, value] of values.entries())
          expect(Math.abs((after.get(name)?.[i] ?? Number.NaN) - value), name).toBeLessThan(1e-5);
    whole.dispose();
    parts.dispose();
  });
});

describe('numbers', () => {
  it('are learned, and measured in their own units', async () => {
    const { checkpoint } = await trained(circles, numbers);
    const { history } = checkpoint.progress;
    const [first, last] = [history[0], history.at(-1)];
    // To always answer the mean, 2.5, is off by 1; measured: 0.22 after 4 epochs.
    expect(last?.regression?.meanAbsoluteError[0]).toBeLessThan(0.5);
    expect(last?.regression?.r2[0]).toBeGreaterThan(0.6);
    expect(last?.errorRate).toBeCloseTo((last?.regression?.meanAbsoluteError[0] ?? 0) / Math.sqrt(1.25), 6);
    expect(last?.trainLoss).toBeLessThan(first?.trainLoss ?? 0);
    expect(last?.multi).toBeUndefined();
  });

  it('of another unit are learned alike: the scale is that of the training pictures, and part of the network', async () => {
    const scaled = (split: (typeof numbers)['train']) => ({
      ...split,
      targets: sharedTargets((split.targets ?? new Float32Array()).map((target) => 1000 * target + 5e4)),
    });
    const far = { ...numbers, train: scaled(numbers.train), validation: scaled(numbers.validation) };
    const [near, away] = [await trained(circles, numbers), await trained(circles, far)];
    const [a, b] = [near, away].map(({ checkpoint }) => checkpoint.progress.history.at(-1));
    expect(b?.validLoss).toBeCloseTo(a?.validLoss ?? Number.NaN, 3);
    expect((b?.regression?.meanAbsoluteError[0] ?? 0) / 1000).toBeCloseTo(
      a?.regression?.meanAbsoluteError[0] ?? Number.NaN,
      2,
    );
    const { tensors } = away.checkpoint;
    expect(tensors.get('target_mean')?.values[0]).toBeCloseTo(52_500, 0);
    expect(tensors.get('target_deviation')?.values[0]).toBeCloseTo(1000 * Math.sqrt(1.25), 1);
    // From another training's weights the scale stays that of the data.
    const from = createTraining({ ...circles, from: 'x' }, far, weightsOf(near.checkpoint));
    expect(from.read().get('target_mean')?.[0]).toBeCloseTo(52_500, 0);
    from.dispose();
  });

  it('are not trained by a recipe of another task', () => {
    expect(() => createTraining(digits, numbers)).toThrow(
      'The recipe several-digits is of the task multi, but circles-1-4 has data of the task regression.',
    );
    expect(() => createTraining(findRecipe('digits'), labels)).toThrow('is of the task single');
  });
});

describe('several labels', () => {
  it('are learned, each for itself, and the best epoch is that with the best average precision', async () => {
    const { checkpoint, run } = await trained(digits, labels);
    const [first, last] = checkpoint.progress.history;
    // A label is in one of five pictures, which is the average precision of chance; measured: 0.33.
    expect(last?.multi?.meanAveragePrecision).toBeGreaterThan(0.25);
    expect(last?.errorRate).toBeCloseTo(1 - (last?.multi?.meanAveragePrecision ?? 0), 12);
    expect(last?.validLoss).toBeLessThan(first?.validLoss ?? 0);
    const best = readCheckpoint(run.best).progress.history.at(-1);
    expect(best?.errorRate).toBe(Math.min(first?.errorRate ?? 1, last?.errorRate ?? 1));
    expect(readFileSync(join(run.folder, 'metrics.csv'), 'utf8').split('\n')[0]).toBe(
      'epoch,step,train_loss,test_loss,mean_average_precision,f1,exact',
    );
  });

  it('are tested at the thresholds that validation has chosen, not at those which suit the test best', () => {
    const of = (has: readonly number[]) => ({
      images: Uint8Array.from(has, (_, i) => i),
      labels: new Uint8Array(has.length),
      targets: Float32Array.from(has),
      n: has.length,
    });
    // Pictures are their scores: 0 to 5. In validation the label is there from 1 on, in the test from 4 on.
    const [validation, test] = [of([0, 1, 1, 1, 1, 1]), of([0, 0, 0, 0, 1, 1])];
    const logits = (images: Uint8Array) => Float32Array.from(images, (score) => score - 2.5);
    const measured = evaluateTask(digits, { logits }, test, { train: validation, validation }, 6);
    // 2 of 5 answers are right: precision 0.4, recall 1.
    expect(measured.multi?.f1).toBeCloseTo(4 / 7, 12);
    const own = evaluateTask(digits, { logits }, test, { train: test, validation: test }, 6);
    expect(own.multi?.f1).toBe(1);
  });

  it('are evaluated as the mean over pictures and labels', () => {
    const logits = (images: Uint8Array) => new Float32Array((10 * images.length) / (56 * 56)).fill(0);
    const { loss, multi } = evaluateTask(digits, { logits }, labels.validation, labels);
    expect(loss).toBeCloseTo(Math.LN2, 12);
    // All scores alike: the average precision of a label is the share of pictures that have it.
    const share =
      (labels.validation.targets ?? new Float32Array()).reduce((sum, each) => sum + each, 0) / 2000;
    expect(multi?.meanAveragePrecision).toBeCloseTo(share, 12);
  });
});
