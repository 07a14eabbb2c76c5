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
import { moveSlowCopies } from '../../../train/loop/slow-copies.ts';
import { spanAfter, spansOf } from '../../../train/loop/spans.ts';
import type { Stage } from '../../../train/loop/stages.ts';
import type { StepInputs, TrainingStep } from '../../../train/loop/step.ts';
import { takeStep } from '../../../train/loop/take-step.ts';
import { scheduleAt, scheduleSchema, schedules } from '../../../train/optimizers/schedules/index.ts';
import { seedPair } from '../../../train/random.ts';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import type { TrainingProgress } from '../../../train/runs/checkpoint.ts';
import type { Run } from '../../../train/runs/run.ts';
import { python } from '../../python.ts';
import { real } from '../../real.ts';

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
    const drawn = fc.sample(fc.array(real(-1000, 1000).map(Math.fround), { minLength: 1, maxLength: 6 }), {
      numRuns: 50,
      seed: 1,
    });
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
    const stage = { step: plain, validation: test, sync: () => void synced++ } as unknown as Stage;
    const training = { averagedLogits: averaged.logits } as unknown as TrainingStep;
    const dataset: Dataset = {
      name: 'x',
      labels: ['a'],
      shape: [2, 2, 1],
      train: unused,
      validation: test,
      digests: { train: '', validation: '' },
    };
    const all: TrainingProgress = {
      step: 10,
      stepsPerEpoch: 5,
      lossSum: 6,
      history: [],
      datasetDigests: { train: '', validation: '' },
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
    validation: test,
    digests: { train: 'a', validation: 'b' },
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
  expect(made).toMatchObject({ name: 'x', shape: [1, 1, 8], digests: { train: 'a', validation: 'b' } });
  expect(made.train.labels).toBe(train.labels);
  expect([made.train.n, made.validation.n]).toEqual([130, 3]);
  const numbers = (n: number) => Array.from({ length: n * 2 }, (_, i) => Math.floor(i / 2) + (i % 2) / 2);
  const floats = (split: Split) => Array.from(new Float32Array(imagesOf(split, 0, split.n).slice().buffer));
  expect(floats(made.train)).toEqual(numbers(130));
  expect(floats(made.validation)).toEqual(numbers(3));
  expect(imagesOf(made.train, 0, 1).buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(asked).toEqual([64, 64, 2, 3]);
  expect(made.train).not.toHaveProperty('targets');
  const targets = new Float32Array(130);
  const several = await extractFeatures(
    { ...dataset, train: { ...train, targets } },
    { features: 2, extract, close: () => {} },
  );
  expect(several.train.targets).toBe(targets);
});

describe('slow copies', () => {
  /** What is blended in a training of so many steps: `step copy decay`. */
  const moved = (recipe: Pick<Recipe, 'average' | 'lookahead'>, steps: number) => {
    const all: [number, string, number][] = [];
    for (let step = 1; step <= steps; step++)
      moveSlowCopies(recipe, (copy, decay) => all.push([step, copy, decay]), step, steps);
    return all;
  };

  it('are moved as airbench does: slower toward the end, and at the end the weights are they', () => {
    // legacy/airbench94.py: alpha_schedule = 0.95**5 * (torch.arange(total_train_steps+1) / total_train_steps)**3
    const lookahead = { every: 5, decay: 0.95 ** 5, power: 3 };
    expect(moved({ lookahead }, 12)).toEqual([
      [5, 'lookahead', expect.closeTo(0.95 ** 5 * (5 / 12) ** 3, 12)],
      [10, 'lookahead', expect.closeTo(0.95 ** 5 * (10 / 12) ** 3, 12)],
      [12, 'lookahead', 1],
    ]);
    expect(moved({ lookahead }, 5)).toEqual([[5, 'lookahead', expect.closeTo(0.95 ** 5, 12)]]);
  });

  it('are averaged as TensorFlow’s ExponentialMovingAverage with num_updates', () => {
    // min(decay, (1 + num_updates) / (10 + num_updates))
    expect(moved({ average: { every: 2, decay: 0.5 } }, 11)).toEqual([
      [2, 'average', 3 / 12],
      [4, 'average', 5 / 14],
      [6, 'average', 7 / 16],
      [8, 'average', 0.5],
      [10, 'average', 0.5],
    ]);
    expect(moved({}, 4)).toEqual([]);
  });
});

describe('the spans of a training', () => {
  const recipe = findRecipe('digits', { epochs: 4 });
  const freeze = { epochs: 2, schedule: { name: 'constant', learningRate: 0.5 } } as const;
  const shown = (changes: Partial<Recipe>) =>
    spansOf({ ...recipe, ...changes }, 10).map(
      ({ from, to, until, total, frozen, schedule }) =>
        `${from}-${to} until ${until} of ${total}${frozen ? ' frozen' : ''}${schedule === freeze.schedule ? ' head' : ''}`,
    );

  it('are one for each stage, and those of each length that it was given', () => {
    expect(shown({})).toEqual(['0-40 until 40 of 40']);
    expect(shown({ steps: 33 })).toEqual(['0-33 until 33 of 33']);
    expect(shown({ freeze })).toEqual(['0-20 until 20 of 40 frozen head', '20-40 until 40 of 40']);
    expect(shown({ freeze, epochs: 1 })).toEqual(['0-10 until 10 of 10 frozen head']);
    expect(shown({ freeze, epochs: 2 })).toEqual(['0-20 until 20 of 20 frozen head']);
    // Four epochs at first, eight from step 25 on; six from step 15 on, when the head alone was trained.
    expect(shown({ epochs: 8, formerLengths: [{ until: 25, epochs: 4 }] })).toEqual([
      '0-40 until 25 of 40',
      '0-80 until 80 of 80',
    ]);
    expect(shown({ freeze, epochs: 6, formerLengths: [{ until: 15, epochs: 4 }] })).toEqual([
      '0-20 until 15 of 40 frozen head',
      '0-20 until 20 of 60 frozen head',
      '20-60 until 60 of 60',
    ]);
    expect(shown({ freeze, epochs: 6, formerLengths: [{ until: 20, epochs: 4 }] })).toEqual([
      '0-20 until 20 of 40 frozen head',
      '20-60 until 60 of 60',
    ]);
  });

  it('each have the steps until they end, and the last one what comes after', () => {
    const spans = spansOf({ ...recipe, freeze }, 10);
    expect([0, 19, 20, 39, 40, 99].map((done) => spanAfter(spans, done).frozen)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

it('a step has the next batch, where its span is, and numbers that no other step has', () => {
  const given: StepInputs[] = [];
  const batches = [1, 2, 3].map((label) => ({
    images: Uint8Array.of(label),
    labels: Int32Array.of(label),
    others: Int32Array.of(0),
    shares: Float32Array.of(1),
    targets: new Float32Array(),
    ...{ epoch: 0, step: label },
  }));
  const schedule = scheduleSchema.parse({ name: 'cosine', learningRate: 0.5 });
  const span = { from: 20, to: 40, until: 30, total: 50, schedule, frozen: false };
  const stage = {
    loader: { next: () => batches[given.length] ?? batches[0] ?? never() },
    step: { run: (inputs: StepInputs) => ({ loss: given.push(inputs), correct: 7 }) },
  };
  for (const [i, done] of [20, 25, 29].entries()) {
    const scheduled = scheduleAt(schedule, (done - 20) / 20, schedules);
    expect(scheduled.learningRate).toBeGreaterThan(0);
    expect(takeStep(stage, span, { seed: 3 }, done, { schedules })).toEqual({
      ...{ loss: i + 1, correct: 7, learningRate: scheduled.learningRate },
    });
    expect(given[i]).toEqual({
      ...{ ...batches[i], ...scheduled },
      ...{ step: done - 19, done: done / 50, seed: seedPair(3, 'step', done) },
    });
  }
});

function never(): never {
  throw new Error('there is no further batch');
}
