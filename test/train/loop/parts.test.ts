// The parts of the training loop that are plain arithmetic: losses and errors by NumPy, rows of epochs, what diverges.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dataset, imagesOf, type Split } from '../../../train/datasets/dataset.ts';
import { DivergedError } from '../../../train/errors.ts';
import { checkFinite, diverged } from '../../../train/loop/diverged.ts';
import { batchFor, evaluate } from '../../../train/loop/evaluate.ts';
import { extractFeatures } from '../../../train/loop/features.ts';
import { finishEpoch } from '../../../train/loop/finish-epoch.ts';
import { argMax, logitRows, softmax } from '../../../train/loop/logits.ts';
import type { Stage } from '../../../train/loop/stages.ts';
import type { TrainingStep } from '../../../train/loop/step.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import type { TrainingProgress } from '../../../train/runs/checkpoint.ts';
import type { Run } from '../../../train/runs/run.ts';
import { python } from '../../python.ts';

const CLASSES = 3;
const SIZE = 4;

/** `n` pictures of four bytes, each of which is its number. */
function splitOf(n: number, labelOf: (i: number) => number = (i) => i % CLASSES): Split {
  const images = new Uint8Array(new SharedArrayBuffer(n * SIZE)).map((_, i) =>
    Math.floor(i / SIZE),
  ) as Split['images'];
  const labels = new Uint8Array(new SharedArrayBuffer(n)).map((_, i) => labelOf(i)) as Split['labels'];
  return { images, labels, n };
}

/** Answers each picture by the logits of its number, and notes how many it was asked for at a time. */
function predictorOf(table: readonly (readonly number[])[]) {
  const asked: number[] = [];
  const logits = (images: Uint8Array) => {
    const numbers = Array.from({ length: images.length / SIZE }, (_, i) => images[i * SIZE] ?? 0);
    asked.push(numbers.length);
    return Float32Array.from(numbers.flatMap((number) => table[number] ?? []));
  };
  return { logits, asked };
}

describe('logits', () => {
  it('have their first largest value as the answer', () => {
    expect([argMax([1, 3, 2]), argMax([3, 1, 3]), argMax([-3, -1, -2]), argMax([]), argMax([5])]).toEqual([
      1, 0, 1, 0, 0,
    ]);
    expect(argMax([0, 0, 1])).toBe(2);
  });

  it('have the probabilities and the logarithm of NumPy, however large they are', () => {
    const drawn = fc.sample(
      fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 6 }),
      { numRuns: 50, seed: 1 },
    );
    const script = `
import json, sys, numpy as np
found = []
for row in json.load(sys.stdin):
    z = np.array(row, np.float64)
    found.append([float(np.logaddexp.reduce(z)), np.exp(z - np.logaddexp.reduce(z)).tolist()])
print(json.dumps(found))`;
    const theirs: [number, number[]][] = JSON.parse(python(script, [], Buffer.from(JSON.stringify(drawn))));
    for (const [i, row] of drawn.entries()) {
      const { probabilities, logSum } = softmax(row);
      expect(logSum).toBeCloseTo(theirs[i]?.[0] ?? Number.NaN, 9);
      for (const [k, probability] of probabilities.entries())
        expect(probability).toBeCloseTo(theirs[i]?.[1][k] ?? Number.NaN, 12);
    }
  });

  it('come row by row, in batches of which the last is smaller', () => {
    const table = Array.from({ length: 7 }, (_, i) => [i, 10 * i, 100 * i]);
    const { logits, asked } = predictorOf(table);
    const rows = [...logitRows(logits, splitOf(7), 3)].map((row) => ({ ...row, logits: [...row.logits] }));
    expect(asked).toEqual([3, 3, 1]);
    expect(rows).toEqual(table.map((row, index) => ({ index, label: index % CLASSES, logits: row })));
    expect([...logitRows(logits, splitOf(6), 3)]).toHaveLength(6);
    expect(asked).toEqual([3, 3, 1, 3, 3]);
  });
});

describe('an evaluation', () => {
  it('has the mean cross-entropy and the share of wrong answers, in as many batches as fit', () => {
    const table = [
      [2, 1, 0],
      [0, 3, 1],
      [1, 0, -1],
      [0.5, 0.25, 0],
    ];
    const { logits, asked } = predictorOf(table);
    const labels = [0, 1, 2, 1];
    const { n, loss, errorRate } = evaluate(
      { logits },
      splitOf(4, (i) => labels[i] ?? 0),
      3,
    );
    const expected = labels.map((label, i) => {
      const row = table[i] ?? [];
      return -Math.log(Math.exp(row[label] ?? 0) / row.reduce((sum, value) => sum + Math.exp(value), 0));
    });
    expect({ n, errorRate }).toEqual({ n: 4, errorRate: 0.5 });
    expect(loss).toBeCloseTo(expected.reduce((a, b) => a + b) / 4, 9);
    expect(asked).toEqual([3, 1]);
    evaluate({ logits }, splitOf(4));
    expect(asked).toEqual([3, 1, 4]);
  });

  it('takes 500 pictures at a time, or two megabytes of them, eight at least', () => {
    expect([
      batchFor(784),
      batchFor(4000),
      batchFor(4001),
      batchFor(20_000),
      batchFor(250_000),
      batchFor(1e6),
    ]).toEqual([500, 500, 499, 100, 8, 8]);
  });
});

/** Its checkpoint is any file that is there. */
const run: Run = { name: '0001-digits', folder: '', last: import.meta.filename, best: '' };

describe('what diverges', () => {
  it('is a value that is no number, by its name', () => {
    const tensors = (...values: number[]) =>
      new Map([
        ['a', { shape: [1], values: Float32Array.of(1) }],
        ['b', { shape: [values.length], values: Float32Array.from(values) }],
      ]);
    expect(() => checkFinite(run, 7, tensors(1, -2))).not.toThrow();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => checkFinite(run, 7, tensors(0, bad))).toThrow(DivergedError);
      expect(() => checkFinite(run, 7, tensors(0, bad))).toThrow(
        `b has a value of ${bad} after step 7, which is not saved. The last checkpoint of 0001-digits is`,
      );
    }
  });

  it('says so where there is no checkpoint yet', () => {
    const { message } = diverged({ ...run, last: '/nowhere' }, 'loss', 3, Number.NaN, 1);
    expect(message).toContain('learning rate 1.00. There is no checkpoint yet. Start over with a lower');
  });

  it('is told with the loss, the step and the learning rate', () => {
    const error = diverged(run, 'validation loss', 12, Number.NaN, 0.123456);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.message).toBe(
      'The validation loss became NaN at step 12 with learning rate 0.123. The last checkpoint of 0001-digits is from before. Start over with a lower --learning-rate.',
    );
  });
});

describe('the end of an epoch', () => {
  const recipe = findRecipe('digits');
  const table = Array.from({ length: 4 }, () => [1, 0, 0]);
  const done = (progress: Partial<TrainingProgress>, tta: 'none' | 'mirror', isLast: boolean) => {
    const [plain, averaged] = [predictorOf(table), predictorOf(table.map(() => [0, 1, 0]))];
    const test = splitOf(4, () => 0);
    let synced = 0;
    const unused = undefined as never;
    const stage = { step: plain, test, sync: () => void synced++ } as unknown as Stage;
    const training = { averagedLogits: averaged.logits } as unknown as TrainingStep;
    const dataset: Dataset = {
      name: 'x',
      labels: ['a'],
      shape: [2, 2, 1],
      train: unused,
      test,
      digests: { train: '', test: '' },
    };
    const all: TrainingProgress = {
      step: 10,
      stepsPerEpoch: 5,
      lossSum: 6,
      history: [],
      datasetDigests: { train: '', test: '' },
      ...progress,
    };
    const row = finishEpoch(all, training, stage, dataset, { ...recipe, tta }, isLast);
    return { row, all, synced, asked: averaged.asked };
  };

  it('is a row with the mean loss of the steps since the one before, and begins another sum', () => {
    const before = { epoch: 1, step: 4, trainLoss: 1, validLoss: 1, errorRate: 1 };
    const { row, all, synced } = done({ history: [before] }, 'mirror', false);
    expect(row).toEqual({
      epoch: 2,
      step: 10,
      trainLoss: 1,
      validLoss: expect.closeTo(Math.log(Math.E + 2) - 1, 6),
      errorRate: 0,
    });
    expect(all).toMatchObject({ lossSum: 0, history: [before, row] });
    expect(synced).toBe(0);
    expect(done({}, 'none', true).row).toMatchObject({ trainLoss: 0.6 });
    expect(done({}, 'none', true)).toMatchObject({ synced: 0, asked: [] });
    // The last epoch may be short.
    expect(done({ step: 6, history: [before] }, 'none', true).row).toMatchObject({ epoch: 2, trainLoss: 3 });
    expect(done({ step: 5 }, 'none', true).row.epoch).toBe(1);
  });

  it('has the views of test-time augmentation at the end, of the weights that are trained', () => {
    const { row, synced, asked } = done({}, 'mirror', true);
    expect(row.tta).toEqual({ validLoss: expect.closeTo(Math.log(Math.E + 2), 6), errorRate: 1 });
    expect(synced).toBe(1);
    expect(asked).toEqual([4]);
  });
});

it('features are a data set of their own, in the order of the pictures, extracted some at a time', async () => {
  const [train, test] = [splitOf(130), splitOf(3)];
  const dataset: Dataset = {
    name: 'x',
    labels: ['a'],
    shape: [2, 2, 1],
    train,
    test,
    digests: { train: 'a', test: 'b' },
  };
  const asked: number[] = [];
  const extract = (images: Uint8Array) => {
    asked.push(images.length / SIZE);
    return Float32Array.from(
      { length: (images.length / SIZE) * 2 },
      (_, i) => (images[Math.floor(i / 2) * SIZE] ?? 0) + (i % 2) / 2,
    );
  };
  const made = await extractFeatures(dataset, { features: 2, extract, close: () => {} });
  expect(made).toMatchObject({ name: 'x', shape: [1, 1, 8], digests: { train: 'a', test: 'b' } });
  expect(made.train.labels).toBe(train.labels);
  expect([made.train.n, made.test.n]).toEqual([130, 3]);
  const numbers = (n: number) => Array.from({ length: n * 2 }, (_, i) => Math.floor(i / 2) + (i % 2) / 2);
  const floats = (split: Split) => Array.from(new Float32Array(imagesOf(split, 0, split.n).slice().buffer));
  expect(floats(made.train)).toEqual(numbers(130));
  expect(floats(made.test)).toEqual(numbers(3));
  expect(imagesOf(made.train, 0, 1).buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(asked).toEqual([64, 64, 2, 3]);
});
