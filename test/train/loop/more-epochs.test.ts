// More epochs for a run: they change nothing of what is done, and end, to the bit, as one training of that recipe would.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FitOptions, fit } from '../../../train/loop/fit.ts';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { lengthened } from '../../../train/recipes/lengths.ts';
import { readRun } from '../../../train/report/facts.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, isFinished, type Run, returnToBest, writeRecipe } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(600, 200);
/** Everything that counts steps or knows the last one: slow copies, an average, views at the end, an epoch that is cut short. */
const recipe = findRecipe('digits', {
  ...{ batchSize: 50, epochs: 2, steps: 18, tta: 'mirror' as const },
  architecture: { name: 'small-cnn', filters: [4, 4, 4] },
  lookahead: { every: 5, decay: 0.9, power: 3 },
  average: { decay: 0.9, every: 2 },
});
const MORE = lengthened(recipe, 3, 18);

const folder = mkdtempSync(join(tmpdir(), 'trainyard-more-'));
afterAll(() => rmSync(folder, { recursive: true }));
const options = (run: Run, of: Recipe, more: Partial<FitOptions> = {}): FitOptions => ({
  ...{ recipe: of, dataset, run, ...more },
});

let first: Run;
let longer: Run;
let rates: Map<number, number>;
beforeAll(async () => {
  first = createRun(folder, recipe, {});
  await fit(options(first, recipe));
  longer = goOn();
  rates = new Map();
  const onStep = ({ step, learningRate }: { step: number; learningRate: number }) =>
    void rates.set(step, learningRate);
  await fit(options(longer, MORE, { watcher: { onStep } }));
});

/** The finished run, with more epochs to train. */
function goOn(): Run {
  const run = createRun(folder, recipe, {});
  cpSync(first.folder, run.folder, { recursive: true });
  writeRecipe(run, MORE);
  return run;
}

const rowsOf = (run: Run) => readFileSync(join(run.folder, 'metrics.csv'), 'utf8').trim().split('\n');

function expectSame(a: Run, b: Run): void {
  for (const file of ['last.safetensors', 'metrics.csv'])
    expect(readFileSync(join(a.folder, file)).equals(readFileSync(join(b.folder, file))), file).toBe(true);
}

describe('a finished run with more epochs', () => {
  it('is interrupted until it has trained them, and keeps what it had', () => {
    const run = goOn();
    expect([isFinished(first), isFinished(run), isFinished(longer)]).toEqual([true, false, true]);
    expect(readRun(run)).toMatchObject({
      state: 'interrupted',
      record: { history: [{ step: 12 }, { step: 18 }] },
    });
    expect(rowsOf(longer).slice(0, 3)).toEqual(rowsOf(first));
    expect(
      readRun(longer).record.history.map(({ epoch, step, tta }) => [epoch, step, tta !== undefined]),
    ).toEqual([
      [1, 12, false],
      [2, 18, true],
      [2, 24, false],
      [3, 36, true],
    ]);
    // The mean over the steps since the row before, six of them.
    expect(readCheckpoint(longer.last).progress.history[2]?.trainLoss).toBeLessThan(3);
  });

  it('has the learning rates of a training of that length', async () => {
    const whole = createRun(folder, { ...recipe, epochs: 3 }, {});
    const { steps: _, ...plain } = recipe;
    const expected = new Map<number, number>();
    const onStep = ({ step, learningRate }: { step: number; learningRate: number }) =>
      void expected.set(step, learningRate);
    await fit(options(whole, { ...plain, epochs: 3 }, { watcher: { onStep } }));
    expect([...rates.keys()]).toEqual(Array.from({ length: 18 }, (_, i) => 19 + i));
    for (const [step, rate] of rates) expect(rate).toBe(expected.get(step));
  });

  it('ends as a training of its recipe from the beginning does, to the bit', async () => {
    const run = createRun(folder, MORE, {});
    await fit(options(run, MORE));
    expectSame(run, longer);
    expect(readFileSync(run.best).equals(readFileSync(longer.best))).toBe(
      readCheckpoint(longer.best).progress.step > 18,
    );
  });

  it('ends the same when it is interrupted at its first step and at an epoch’s end', async () => {
    const run = goOn();
    for (const stopAt of [19, 24]) {
      const abort = new AbortController();
      const watcher = { onStep: ({ step }: { step: number }) => step >= stopAt && abort.abort() };
      await fit(options(run, MORE, { signal: abort.signal, watcher }));
    }
    await fit(options(run, MORE));
    expectSame(run, longer);
  });

  it('can go back to a checkpoint from before it was given them', async () => {
    const run = goOn();
    returnToBest(run);
    await fit(options(run, MORE));
    expectSame(run, longer);
  });

  it('does not take a checkpoint of another length for its own', async () => {
    const run = goOn();
    await expect(fit(options(run, lengthened(recipe, 3, 12)))).rejects.toThrow(
      /does not fit the run's recipe/,
    );
  });
});
