// Comparisons: which runs belong together, what sets groups apart, and what is said of chance.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { diagnose } from '../../../train/report/advice.ts';
import { groupRuns, type RunGroup } from '../../../train/report/compare/groups.ts';
import { compareRuns } from '../../../train/report/compare/index.ts';
import { reportComparison } from '../../../train/report/compare/report.ts';
import { holm, verdicts } from '../../../train/report/compare/verdict.ts';
import { makeReport } from '../../../train/report/index.ts';
import { writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, findFinished, findUnfinished, type Run } from '../../../train/runs/run.ts';
import { dataset, newRun, recipe, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

const runOf = (changes: Partial<Recipe>) => newRun(folder.path, { ...recipe, ...changes });

/** A group whose runs ended with these test errors. */
function groupWith(name: string, errors: readonly number[]): RunGroup {
  const run = createRun(folder.path, recipe, {});
  const runs = errors.map((errorRate, i) => ({
    run,
    recipe: { ...recipe, seed: i + 1 },
    environment: {},
    state: 'finished' as const,
    record: {
      stepsPerEpoch: 40,
      steps: [],
      history: [{ epoch: 1, step: 40, trainLoss: 0.1, validLoss: 0.1, errorRate }],
      times: [],
    },
  }));
  return { name, color: 1, recipe, runs };
}

describe('groupRuns', () => {
  it('puts runs that differ in their seed alone together, and names groups by what sets them apart', () => {
    const runs = [runOf({ seed: 1 }), runOf({ seed: 2 }), runOf({ labelSmoothing: 0.1 })];
    const groups = groupRuns(runs);
    expect(groups.map(({ name, runs: own }) => [name, own.length])).toEqual([
      ['digits · labelSmoothing 0', 2],
      ['digits · labelSmoothing 0.1', 1],
    ]);
  });

  it('names a folder without the way to it', () => {
    const pets = { name: 'pets', dataset: join(folder.path, 'my pictures', 'pets') };
    const groups = groupRuns([runOf(pets), runOf({ ...pets, options: { size: '96' } })]);
    expect(groups.map(({ name }) => name)).toEqual(['pets', 'pets --size 96']);
  });

  it('refuses runs of different data', async () => {
    const other = newRun(folder.path, findRecipe('cifar-fast'));
    await expect(compareRuns([runOf({}), other])).rejects.toThrow(/one dataset.*mnist and cifar10/);
  });
});

/** What is printed, its narrow spaces as plain ones. */
const compared = async (...args: Parameters<typeof reportComparison>) =>
  (await reportComparison(...args)).replace(/[\u2009\u202f\u00a0]/g, ' ');

/** A run that ended, or has trained so many of its two epochs, with this error, on data of these digests. */
function endedRun(
  changes: Partial<Recipe>,
  errorRate: number,
  {
    data = 'a b',
    epochs = 2,
    environment = {},
    tested = undefined as number | undefined,
    measured = {},
  } = {},
): Run {
  const own = { ...recipe, ...changes };
  const run = createRun(folder.path, own, environment);
  const [train = '', validation = ''] = data.split(' ');
  const row = { epoch: epochs, step: epochs * 40, trainLoss: 0.1, validLoss: 0.1, errorRate, ...measured };
  const progress = { step: epochs * 40, stepsPerEpoch: 40, lossSum: 0, history: [row] };
  const of = (errorRate: number) => ({ n: 10, loss: 0.1, errorRate });
  const checkpoint = {
    ...progress,
    datasetDigests: { train, validation },
    ...(tested !== undefined && { tested: { best: of(tested), last: of(0.9) } }),
  };
  writeCheckpoint(run.last, { recipe: own, progress: checkpoint, tensors: new Map() });
  return run;
}

describe('what counts', () => {
  it('is one run of each seed: n is the number of seeds, and two of one are named', async () => {
    const runs = [endedRun({ seed: 1 }, 0.3), endedRun({ seed: 1 }, 0.1), endedRun({ seed: 2 }, 0.2)];
    const text = await compared(folder.path, runs);
    // By hand: (0.1 + 0.2) / 2, and half their distance times the root of 2.
    expect(text).toContain('digits: 15.00 % ± 7.07 % (n = 2)');
    expect(text).toContain(
      `${runs[0]?.name} has the seed of ${runs[1]?.name}, 1: two runs of one seed are one, and the later one counts.`,
    );
    const { page } = await compareRuns(runs.slice(0, 2));
    expect(page).toContain('with one seed: how far seeds differ is not known');
    expect(await compared(folder.path, runs.slice(0, 2))).toContain('digits: 10.00 % (n = 1)');
  });

  it('is of the same pictures: those that were added make another training', async () => {
    const [before, after] = [endedRun({ seed: 1 }, 0.5), endedRun({ seed: 2 }, 0.36, { data: 'c d' })];
    const text = await compared(folder.path, [before, after]);
    expect(text).toContain(
      'digits · training pictures SHA-256 a · validation pictures SHA-256 b: 50.00 % (n = 1)',
    );
    expect(text).toContain(
      'digits · training pictures SHA-256 c · validation pictures SHA-256 d: 36.00 % (n = 1)',
    );
    expect(text).toContain('Not comparable: their errors are of other validation pictures.');
    expect(text).toContain('errors of different pictures cannot be compared');
    // More to train on, and the same to validate with: that can be compared.
    const more = endedRun({ seed: 1 }, 0.4, { data: 'c b' });
    const [verdict] = (await compareRuns([before, more])).verdicts;
    expect(verdict?.text).toContain('−10.00 points');
  });

  it('is an error that is called by what it is, of several labels and of numbers', async () => {
    const comparison = (measured: object) => {
      const runs = [1, 2].map((width) => endedRun({ batchSize: 100 + width }, 0.4, { measured }));
      for (const { folder: own } of runs)
        writeFileSync(
          join(own, 'data.json'),
          JSON.stringify({ digests: { train: 'a', validation: 'b' }, train: 40, validation: 40 }),
        );
      return compared(folder.path, runs);
    };
    const classes = await comparison({});
    expect(classes).toContain('pictures alone, an error of 40.00 % is known to ±');
    expect(classes).not.toContain('Error of');
    const labels = await comparison({ multi: { meanAveragePrecision: 0.6, f1: 0.5, exact: 0.4 } });
    expect(labels).toContain('Error of several labels: 1 - mean average precision.');
    const numbers = await comparison({
      regression: { meanAbsoluteError: [30], rootMeanSquareError: [40], r2: [-2] },
    });
    expect(numbers).toContain(
      'Error of numbers: the mean absolute error as a share of their standard deviation',
    );
    for (const text of [labels, numbers]) expect(text).not.toContain('is known to ±');
  });

  it('has ended; what has not is named', async () => {
    const runs = [endedRun({ seed: 1 }, 0.1), endedRun({ seed: 2 }, 0.9, { epochs: 1 })];
    const text = await compared(folder.path, runs);
    expect(text).toContain('digits: 10.00 % (n = 1)');
    expect(text).toContain(`${runs[1]?.name} has not ended (epoch 1 of 2): it does not count.`);
  });

  it('has a column of the test where there is one: the error of the best epoch, which is what is exported', async () => {
    const plain = endedRun({ seed: 1 }, 0.1);
    expect((await compareRuns([plain])).page).not.toContain('test error');
    const runs = [endedRun({ seed: 1 }, 0.3, { tested: 0.2 }), endedRun({ seed: 2 }, 0.3, { tested: 0.4 })];
    expect(await compared(folder.path, runs)).toContain(
      'Test error of the best epoch:\n  digits: 30.00 % ± 14.14 % (n = 2)',
    );
    const page = (await compareRuns(runs)).page.replace(/[\u2009\u202f\u00a0]/g, ' ');
    expect(page.match(/<th scope="col">test error, best epoch<\/th>/g)).toHaveLength(2);
    expect(page).toMatch(/<td>30\.00 % ± 14\.14 %<\/td>[\s\S]*<td>20\.00 %<\/td>[\s\S]*<td>40\.00 %<\/td>/);
  });

  it('says where machine or version differ, and what a run was at first', async () => {
    const machine = { cpu: 'A', tensorflow: '2.21.0' };
    const runs = [
      endedRun({ seed: 1 }, 0.1, { environment: machine }),
      endedRun({ seed: 2 }, 0.2, { environment: { ...machine, cpu: 'B' } }),
      endedRun({ seed: 1, formerLengths: [{ until: 40, epochs: 1 }] }, 0.3, { environment: machine }),
    ];
    const text = await compared(folder.path, runs);
    expect(text).toContain(
      `The processor is not the same: A (${runs[0]?.name}, ${runs[2]?.name}); B (${runs[1]?.name}).`,
    );
    expect(text).not.toContain('version of TensorFlow');
    expect(text).toContain('digits · planned at first 1 epoch, to step 40: 30.00 % (n = 1)');
  });
});

describe('a run of other data', () => {
  it('is not one that is done, nor one to go on with', () => {
    const runs = temporaryFolder();
    const own = { ...recipe, seed: 77 };
    const run = createRun(runs.path, own, {});
    const progress = { step: 80, stepsPerEpoch: 40, lossSum: 0, history: [] };
    const digests = { train: 'a', validation: 'b' };
    writeCheckpoint(run.last, {
      recipe: own,
      progress: { ...progress, datasetDigests: digests },
      tensors: new Map(),
    });
    expect(findFinished(runs.path, own, digests)?.name).toBe(run.name);
    expect(findFinished(runs.path, own, { ...digests, train: 'c' })).toBeUndefined();
    expect(findUnfinished(runs.path, own, { ...digests, validation: 'c' })).toBeUndefined();
    runs.close();
  });

  it('has no report of the data as they are now', async () => {
    const run = endedRun({}, 0.1);
    writeFileSync(
      join(run.folder, 'data.json'),
      JSON.stringify({ digests: { train: 'a', test: 'b' }, train: 90, test: 30 }),
    );
    await expect(makeReport(run, { dataset })).rejects.toThrow(
      `Run ${run.name} was trained on other data: the train split of mnist has changed since. It had 90 training and 30 validation pictures; now there are 2000 and 500. Bring the old files back, or train anew: npm run train digits -- --epochs 2 --batch-size 50 --seed 1 --precision float32 --fresh --runs ${folder.path}`,
    );
  });
});

describe('verdicts', () => {
  it('tells a difference from chance, with the sizes of the samples', () => {
    const [verdict] = verdicts(
      [groupWith('a', [0.05, 0.052, 0.051]), groupWith('b', [0.03, 0.031, 0.032])],
      10_000,
    );
    expect(verdict?.isReal).toBe(true);
    // Of 20 ways to deal six values, 2 are as far apart.
    expect(verdict?.text).toMatch(
      /−2\.00 points.*permutation test: 0\.100; n = 3 and 3.*Better by more than chance/,
    );
  });

  it('does not take noise for a difference, nor one run for proof', () => {
    const [noise] = verdicts([groupWith('a', [0.05, 0.07]), groupWith('b', [0.051, 0.072])], 10_000);
    expect(noise?.isReal).toBe(false);
    const [single] = verdicts([groupWith('a', [0.05]), groupWith('b', [0.01])], 10_000);
    expect(single?.isReal).toBeUndefined();
    expect(single?.text).toContain('--seeds 5');
  });

  it('says so where no seed differs from another of its group, of which a t-test makes nothing', () => {
    const [verdict] = verdicts([groupWith('a', [0, 0, 0]), groupWith('b', [0, 0])], 10_000);
    expect(verdict?.isReal).toBeUndefined();
    expect(verdict?.text).toMatch(/\+0\.00 points \(n = 2 and 3\).*All seeds of a group have the same error/);
    expect(verdict?.text).not.toContain('Too few');
  });

  it('corrects for the number of comparisons', () => {
    // Holm 1979: 0.01 * 3, then 0.03 * 2, then the largest so far.
    expect(holm([0.04, 0.01, undefined, 0.03])).toEqual([0.06, 0.03, undefined, 0.06]);
  });
});

describe('diagnose', () => {
  const measured = (errorRate: number, n: number, confidence = 1 - errorRate) => ({
    errorRate,
    n,
    confidence,
    loss: 0.1,
  });
  const history = [
    { epoch: 1, step: 1, trainLoss: 0.5, validLoss: 0.3, errorRate: 0.1 },
    { epoch: 2, step: 2, trainLoss: 0.2, validLoss: 0.4, errorRate: 0.1 },
  ];

  it('finds bias, and names what this run could do about it', () => {
    const result = diagnose({ train: measured(0.1, 5000), test: measured(0.11, 10_000) }, recipe, history);
    expect(result.summary).toContain('Bias is the larger part');
    expect(result.advice.join('\n')).toMatch(/still fell by 60\s?% in the last epoch.*--epochs 4/);
  });

  it('finds variance and overfitting', () => {
    const result = diagnose({ train: measured(0.001, 5000), test: measured(0.1, 10_000) }, recipe, history);
    expect(result.summary).toContain('Variance is the larger part');
    expect(result.advice[0]).toContain(
      'the validation loss was lowest after epoch 1 (0.3) and is 0.4 at the end',
    );
  });

  it('does not ask for dropout to be added where there is some', () => {
    const errors = { train: measured(0.001, 5000), test: measured(0.1, 10_000) };
    const raw = findRecipe('vgg-cifar', {}, { preset: 'raw' });
    const advice = diagnose(errors, raw, history).advice.join('\n');
    expect(advice).toContain('Raise the weight decay: `--weight-decay 0.0015` (5.0e-4 now).');
    expect(advice).not.toContain('--dropout');
    const resnet = findRecipe('super-convergence');
    expect(diagnose(errors, resnet, history).advice).toContain('Leave more out: `--dropout 0.5` (none now).');
  });

  it('finds over-confidence, and says where a test set is too small to tell', () => {
    const sure = diagnose({ train: measured(0.1, 5000), test: measured(0.2, 10_000, 0.99) }, recipe, history);
    expect(sure.advice.at(-1)).toContain('over-confident');
    const small = diagnose({ train: measured(0.003, 5000), test: measured(0.003, 500) }, recipe, history);
    expect(small.summary).toContain('500 validation pictures can tell');
  });
});
