// Classes of unequal size: what each counts, what is said of them, and a training with all of it, which resumes to the bit.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readClassWeights } from '../../../train/cli/class-weights.ts';
import type { MemoryDataset } from '../../../train/datasets/dataset.ts';
import { evaluate } from '../../../train/loop/evaluate.ts';
import { weightsOf } from '../../../train/loop/initial-weights.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { adjusted } from '../../../train/recipes/adjust.ts';
import { adjustedOptions } from '../../../train/recipes/adjusted-options.ts';
import { findRecipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { usualRecipe } from '../../../train/recipes/usual-recipe.ts';
import { classesInWords } from '../../../train/report/classes-in-words.ts';
import { watchInTerminal } from '../../../train/report/terminal.ts';
import { bestOf, readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun } from '../../../train/runs/run.ts';
import { smallClassesInWords } from '../../../train/tasks/class-counts.ts';
import { classWeightsOf } from '../../../train/tasks/class-weights.ts';
import { trainyard } from '../../command.ts';
import { smallMnist } from '../small-mnist.ts';
import { trainInPieces } from '../train-in-pieces.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-unequal-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three classes, of which the last has no picture and the second a twentieth. */
const three = {
  name: 'three',
  labels: ['dog', 'cat', 'owl'],
  train: {
    labels: Uint8Array.from({ length: 200 }, (_, i) => Number(i < 10)),
    n: 200,
    images: new Uint8Array(200),
  },
};

describe('classWeightsOf', () => {
  it('balanced is scikit-learn’s', () => {
    // compute_class_weight('balanced', classes=[0, 1], y=[0] * 190 + [1] * 10), of scikit-learn 1.7: [0.52631579, 10.]
    const [dog, cat, owl] = classWeightsOf('balanced', three);
    expect([dog, cat, owl]).toEqual([expect.closeTo(0.52631579, 7), 10, 1]);
  });

  it('names classes, others have 1; a name that is none is an error', () => {
    expect([...classWeightsOf({ cat: 3 }, three)]).toEqual([1, 3, 1]);
    expect(() => classWeightsOf({ cta: 3 }, three)).toThrow(/"cta", but three has no such class\..*cat/);
  });
});

describe('--class-weights', () => {
  it('is a word, a file or JSON', () => {
    const path = join(folder, 'weights.json');
    writeFileSync(path, '{"cat": 3, "dog": 0.5}');
    expect(readClassWeights('balanced')).toBe('balanced');
    expect(readClassWeights(path)).toEqual({ cat: 3, dog: 0.5 });
    expect(readClassWeights('{"a,b": 2}')).toEqual({ 'a,b': 2 });
  });

  it.each([
    ['balancd', /--class-weights balancd: there is no such file; expected balanced, or JSON/],
    ['{"cat": 0}', /cat: expected more than 0; received 0|expected.*more than 0/],
    ['{"cat": "3"}', /expected/],
    ['{"cat"', /expected balanced, or JSON/],
    [tmpdir(), /it is no file; expected balanced/],
  ])('%s is none', (text, message) => {
    expect(() => readClassWeights(text)).toThrow(message);
  });
});

it('classes under a tenth of the largest are said, with the options, unless something is done about them', () => {
  expect(smallClassesInWords(three, {})).toBe(
    'Small classes: owl 0, cat 10 training pictures, where dog has 190. --class-weights balanced has each class count alike, --sampling balanced shows each as often.',
  );
  expect(smallClassesInWords(three, { focal: 2 })).toBeUndefined();
  const tenth = {
    ...three,
    labels: ['dog', 'cat'],
    train: { ...three.train, labels: three.train.labels.map((_, i) => Number(i < 19)) },
  };
  expect(smallClassesInWords(tenth, {})).toBeUndefined();
  const less = {
    ...tenth,
    train: { ...three.train, labels: three.train.labels.map((_, i) => Number(i < 18)) },
  };
  expect(smallClassesInWords(less, {})).toContain('cat 18');
});

describe('the terminal', () => {
  const answers = (label: number, right: number, wrong: number) => [
    ...Array.from({ length: right }, () => ({ label, predicted: label })),
    ...Array.from({ length: wrong }, () => ({ label, predicted: 1 - label })),
  ];
  const validation = [...answers(0, 19, 1), ...answers(1, 1, 3)].map((answer, index) => ({
    ...{ ...answer, index, loss: 0, probabilities: [] },
  }));
  const recipe = { ...findRecipe('digits'), classWeights: 'balanced' as const };

  it('has each class at the end where they are unequal, the lowest recall first', () => {
    const dataset = { ...three, labels: ['dog', 'cat'] } as unknown as MemoryDataset;
    const lines = classesInWords({ recipe: findRecipe('digits'), dataset, validation });
    expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
      'Validation, of the best checkpoint: balanced accuracy 60.00 %, mean F1 61.90 %.',
      ' class pictures precision recall F1',
      ' cat 4 50.00 % 25.00 % 33.33 %',
      ' dog 20 86.36 % 95.00 % 90.48 %',
    ]);
    const alike = { ...dataset, train: { ...three.train, labels: three.train.labels.map((_, i) => i % 2) } };
    expect(classesInWords({ recipe: findRecipe('digits'), dataset: alike, validation })).toEqual([]);
    expect(classesInWords({ recipe, dataset: alike, validation })).toHaveLength(4);
  });

  it('has the balanced accuracy of each epoch where they are balanced', () => {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
    const watcher = watchInTerminal(recipe, 1, 'validation', false);
    watcher.onStart?.({ step: 0, steps: 1, stepsPerEpoch: 1 });
    const balanced = { balancedAccuracy: 0.6, accuracy: 0.95 };
    const row = { epoch: 1, step: 1, trainLoss: 1, validLoss: 2, errorRate: 0.4, balanced };
    watcher.onEpoch?.(row, { seconds: 1, imagesPerSecond: 1, waitedShare: 0 });
    log.mockRestore();
    expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['epoch', 'train_loss', 'valid_loss', 'balanced', 'accuracy', 'time', 'images/s'],
      ['1', '1.0000', '2.0000', '60.00 %', '95.00 %', '0:01', '1'],
    ]);
  });
});

it('a recipe can be asked for again', () => {
  const digits = findRecipe('digits');
  const asked = { classWeights: { 1: 3 }, sampling: 'balanced', focal: 2 } as const;
  const made = resolveRecipe(adjusted(digits, asked));
  expect(made).toEqual({ ...digits, ...asked });
  expect(adjustedOptions(made, usualRecipe(made))).toEqual([
    '--class-weights',
    '{"1":3}',
    '--sampling',
    'balanced',
    '--focal',
    '2',
  ]);
  expect(adjusted(made, { sampling: 'usual', focal: 0 })).toEqual({ ...digits, classWeights: { 1: 3 } });
});

it('several labels have no classes that could count', async () => {
  const recipe = { ...findRecipe('several-digits'), sampling: 'balanced' as const };
  const dataset = { ...(await smallMnist(100, 50)), task: 'multi' as const };
  expect(() => createTraining(recipe, dataset)).toThrow('--sampling is for pictures of one class each');
});

it('a class that there is not is said before there is a run', async () => {
  const options = ['--class-weights', '{"eleven": 2}', '--no-live', '--runs', join(folder, 'none')];
  const { status, stderr, stdout } = await trainyard('train', 'digits', ...options);
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('--class-weights names "eleven", but mnist has no such class.'),
  ]);
  expect(stdout).not.toContain('Run 0001');
});

describe('a training', () => {
  /** Threes are one in fifty. */
  async function unequal(): Promise<MemoryDataset> {
    const all = await smallMnist(3000, 500);
    const kept = [...all.train.labels.keys()].filter(
      (i) => all.train.labels[i] === 8 || (all.train.labels[i] === 3 && i % 40 === 0),
    );
    const size = 28 * 28;
    const images = new Uint8Array(new SharedArrayBuffer(kept.length * size));
    for (const [to, from] of kept.entries())
      images.set(all.train.images.subarray(from * size, (from + 1) * size), to * size);
    const labels = new Uint8Array(new SharedArrayBuffer(kept.length));
    labels.set(kept.map((i) => all.train.labels[i] ?? 0));
    return { ...all, train: { images, labels, n: kept.length } };
  }

  // Without batch norm, whose statistics take longer than this training.
  const network = { name: 'fully-connected', units: [32], initializer: 'variance-scaling' } as const;
  const base = findRecipe('digits', {
    ...{ epochs: 6, batchSize: 20, augment: {} },
    architecture: { ...network, units: [...network.units] },
  });

  async function trained(asked: Parameters<typeof adjusted>[1], stopAt?: number) {
    const recipe = resolveRecipe(adjusted(base, asked));
    const dataset = await unequal();
    const run = createRun(folder, recipe, {});
    await trainInPieces({ recipe, dataset, run }, stopAt);
    const bytes = readFileSync(run.last);
    const training = createTraining(recipe, dataset, weightsOf(readCheckpoint(run.last)));
    const { validation: test } = dataset;
    const size = 28 * 28;
    const threes = [...test.labels.keys()].filter((i) => test.labels[i] === 3);
    const images = Buffer.concat(threes.map((i) => test.images.subarray(i * size, (i + 1) * size)));
    const { errorRate } = evaluate(training, {
      images,
      labels: new Uint8Array(threes.length).fill(3),
      n: threes.length,
    });
    const plain = evaluate(training, test);
    training.dispose();
    const { history } = readCheckpoint(run.last).progress;
    return { bytes, recall: 1 - errorRate, plain, last: history.at(-1), history };
  }

  it('with balanced weights finds the small class more often', async () => {
    const [plain, weighted] = [await trained({}), await trained({ classWeights: 'balanced' })];
    expect(weighted.recall).toBeGreaterThan(plain.recall + 0.1);
    // Its epochs are judged by the balanced accuracy, the other's by all pictures alike.
    expect(plain.last).toMatchObject({ errorRate: plain.plain.errorRate });
    expect(plain.last).not.toHaveProperty('balanced');
    const { balancedAccuracy = 0, accuracy = 0 } = weighted.last?.balanced ?? {};
    expect(accuracy).toBeCloseTo(1 - weighted.plain.errorRate, 12);
    expect(weighted.last?.errorRate).toBe(1 - balancedAccuracy);
    expect(Math.abs(balancedAccuracy - accuracy)).toBeGreaterThan(0.001); // 500 pictures of ten classes of unequal size
    const best = weighted.history.reduce((a, b) =>
      (b.balanced?.balancedAccuracy ?? 0) > (a.balanced?.balancedAccuracy ?? 0) ? b : a,
    );
    expect(bestOf(weighted.history)?.balanced?.balancedAccuracy).toBe(best.balanced?.balancedAccuracy);
  });

  it('with balanced sampling sees other pictures', async () => {
    const [plain, sampled] = [await trained({}), await trained({ sampling: 'balanced' })];
    expect(sampled.bytes.length).toBeGreaterThan(1000);
    // The checkpoints' recipes differ; the weights are behind them.
    const weights = ({ bytes }: typeof plain) => bytes.subarray(-10_000);
    expect(weights(sampled).equals(weights(plain))).toBe(false);
  });

  it('ends with the same bytes when it is interrupted', async () => {
    const asked = { classWeights: 'balanced', sampling: 'balanced', focal: 2 } as const;
    const [whole, pieces] = [await trained(asked), await trained(asked, 7)];
    expect(pieces.bytes.equals(whole.bytes)).toBe(true);
  });
});
