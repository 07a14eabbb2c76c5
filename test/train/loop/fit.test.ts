// A short real training: it learns, it resumes to the bit, and it stops with a clear word when something is wrong.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { type FitOptions, fit } from '../../../train/loop/fit.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { bestOf, readCheckpoint } from '../../../train/runs/checkpoint.ts';
import {
  createRun,
  findRun,
  findUnfinished,
  isFinished,
  type Run,
  readLast,
  returnToBest,
} from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(1000, 250);
const recipe = findRecipe('digits', { epochs: 3, batchSize: 25 });
const STEPS = 3 * 40;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-fit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const newRun = () => createRun(folder, recipe, {});
const options = (run: Run, more: Partial<FitOptions> = {}): FitOptions => ({ recipe, dataset, run, ...more });

/** Trained in one go: what every interrupted run has to end as. */
let whole: Run;
let result: Awaited<ReturnType<typeof fit>>;
let short: Run;
const trained = mkdtempSync(join(tmpdir(), 'trainyard-fit-'));
beforeAll(async () => {
  whole = createRun(trained, recipe, {});
  result = await fit(options(whole));
  short = createRun(trained, recipe, {});
  await fit(options(short, { recipe: { ...recipe, epochs: 1 } }));
});
afterAll(() => rmSync(trained, { recursive: true }));

/** A run that was trained for one epoch. */
function shortRun(): Run {
  const run = newRun();
  cpSync(short.folder, run.folder, { recursive: true });
  return run;
}

function expectSameFiles(run: Run): void {
  for (const file of ['last.safetensors', 'best.safetensors', 'metrics.csv'])
    expect(readFileSync(join(run.folder, file)).equals(readFileSync(join(whole.folder, file))), file).toBe(
      true,
    );
}

describe('fit', () => {
  it('learns, and leaves checkpoints and metrics', () => {
    const { finished, history } = result;
    expect(finished).toBe(true);
    expect(history.map(({ epoch, step }) => [epoch, step])).toEqual(
      [1, 2, 3].map((epoch) => [epoch, epoch * 40]),
    );
    // 1,000 images and 120 steps: measured 8 % errors; guessing has 90 %.
    expect(history.at(-1)?.errorRate).toBeLessThan(0.2);
    expect(history.at(-1)?.trainLoss).toBeLessThan(history[0]?.trainLoss ?? 0);
    expect(readCheckpoint(whole.best).progress.step).toBe(bestOf(history)?.step);
    expect(readCheckpoint(whole.last).progress.step).toBe(STEPS);
    const csv = readFileSync(join(whole.folder, 'metrics.csv'), 'utf8').trim().split('\n');
    expect(csv).toHaveLength(1 + 3);
    expect(csv[3]?.split(',').map(Number)).toEqual(Object.values(rowInOrder(history.at(-1))));
  });

  it('ends where no epoch was better for as many as it has patience, is judged then, and after a resume to the bit', async () => {
    const { validation } = dataset;
    // Each digit is said to be the next: the first epoch is the best.
    const wrong = { ...validation, labels: validation.labels.map((label) => (label + 1) % 10) };
    const own = { ...recipe, epochs: 9, patience: 2 };
    const given = (run: Run) => ({
      ...options(run),
      recipe: own,
      dataset: { ...dataset, validation: wrong },
    });
    const newOne = () => createRun(folder, own, {});
    const straight = newOne();
    const { finished, endedEarly, history, tested } = await fit(given(straight));
    // As Keras' EarlyStopping: the best, and two that wait.
    const best = bestOf(history)?.epoch ?? 0;
    expect([finished, endedEarly, history.length]).toEqual([true, true, best + 2]);
    expect(history.length).toBeLessThan(9);
    const end = 40 * (best + 2);
    expect(tested?.last.n).toBe(250);
    expect(readCheckpoint(straight.best).progress.step).toBe(40 * best);
    expect(isFinished(straight)).toBe(true);
    const broken = newOne();
    const controller = new AbortController();
    const watcher = { onStep: ({ step }: { step: number }) => void (step === 90 && controller.abort()) };
    expect((await fit({ ...given(broken), watcher, signal: controller.signal })).finished).toBe(false);
    expect(isFinished(broken)).toBe(false);
    expect((await fit(given(broken))).step).toBe(end);
    // It is done: once more trains nothing.
    expect((await fit(given(broken))).step).toBe(end);
    expect(readFileSync(broken.last)).toEqual(readFileSync(straight.last));
  });

  it('looks at the test images once, when it has ended: by the best network and by the last one', async () => {
    const { test: images, validation } = dataset;
    if (images === undefined) throw new Error('MNIST has a test');
    // Each digit is said to be the next: the more is learned, the more is wrong, and the first epoch is the best.
    const wrong = { ...validation, labels: validation.labels.map((label) => (label + 1) % 10) };
    let looks = 0;
    // What each epoch looks at and what the end looks at are told apart by their labels.
    const test = {
      ...images,
      get labels() {
        looks++;
        return images.labels;
      },
    };
    const rows: number[] = [];
    const run = newRun();
    const watcher = {
      onEpoch: () => void rows.push(looks),
      onTested: () => void rows.push(Number.NaN),
    };
    const own = { ...recipe, epochs: 2 };
    const { tested, history } = await fit({
      ...options(run),
      recipe: own,
      dataset: { ...dataset, validation: wrong, test },
      watcher,
    });
    expect(rows.slice(0, 1)).toEqual([0]);
    expect(rows.at(-1)).toBeNaN();
    expect(tested).toMatchObject({ best: { n: 250 }, last: { n: 250 } });
    expect(readLast(run).progress.tested).toEqual(tested);
    expect(JSON.parse(readFileSync(join(run.folder, 'test.json'), 'utf8'))).toEqual(tested);
    // With the test's images in the place of those that validate, each epoch says what the end says.
    const seen = await fit({
      ...options(newRun()),
      recipe: own,
      dataset: { ...dataset, validation: images },
    });
    const best = bestOf(history);
    expect(best?.epoch).toBe(1);
    const same = seen.history.find(({ epoch }) => epoch === best?.epoch);
    expect([tested?.best.errorRate, tested?.best.loss]).toEqual([same?.errorRate, same?.validLoss]);
    expect([tested?.last.errorRate, tested?.last.loss]).toEqual([
      seen.history.at(-1)?.errorRate,
      seen.history.at(-1)?.validLoss,
    ]);
  });

  it('ends with the same bytes when it is interrupted again and again', async () => {
    const pieces = newRun();
    for (const stopAt of [1, 39, 40, 77, STEPS]) {
      const abort = new AbortController();
      const { finished } = await fit(
        options(pieces, {
          signal: abort.signal,
          watcher: { onStep: ({ step }) => step >= stopAt && abort.abort() },
        }),
      );
      expect(finished).toBe(stopAt === STEPS);
    }
    expectSameFiles(pieces);
  });

  it('ends with the same bytes when it is killed at any moment', async () => {
    const killed = join(folder, 'killed');
    const starts: number[] = [];
    for (const milliseconds of [150, 300, 200, 400]) {
      const { output, code } = await runAndKill(killed, milliseconds);
      starts.push(Number(/from (\d+)/.exec(output)?.[1] ?? 0));
      expect(code === null || output.includes('finished')).toBe(true);
    }
    const { output } = await runAndKill(killed);
    // Unless a fast machine was done before the last kill.
    expect(output === '' || output.includes('finished')).toBe(true);
    // What was done stays done.
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    const run = findRun(killed);
    expect(run.name).toBe('0001-digits');
    expectSameFiles(run);
  });

  it('does not go on over other data', async () => {
    const run = shortRun();
    const other = { ...dataset, digests: { ...dataset.digests, train: '0'.repeat(64) } };
    await expect(fit(options(run, { dataset: other }))).rejects.toThrow(
      /trained on other data: the train split/,
    );
  });

  it('does not go on with the weights of another network', async () => {
    const run = shortRun();
    const wider = {
      ...recipe,
      architecture: { name: 'small-cnn' as const, filters: [8, 16, 16] as [number, number, number] },
    };
    await expect(fit(options(run, { recipe: wider }))).rejects.toThrow(
      /does not fit the recipe's network: conv1\/kernel/,
    );
  });

  it('does not go on with a checkpoint that was cut off, and says which', async () => {
    const run = shortRun();
    truncateSync(run.last, 1000);
    await expect(fit(options(run))).rejects.toThrow(/last\.safetensors is damaged/);
    expect(readCheckpoint(run.best).progress.step).toBe(40);
  });

  it('goes on from the best checkpoint when the last one is damaged, to the same end', async () => {
    const run = newRun();
    const abort = new AbortController();
    const watcher = { onStep: ({ step }: { step: number }) => step === 50 && abort.abort() };
    await fit(options(run, { signal: abort.signal, watcher }));
    truncateSync(run.last, 1000);
    await expect(fit(options(run))).rejects.toThrow(
      `The best checkpoint, of epoch 1, is whole: go on from there with \`npm run train -- --resume ${run.name} --from best --runs ${folder}\``,
    );
    returnToBest(run);
    const { finished, history } = await fit(options(run));
    expect(finished).toBe(true);
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expectSameFiles(run);
    truncateSync(run.last, 1000);
    truncateSync(run.best, 1000);
    expect(() => readLast(run)).toThrow(
      `The run has no other checkpoint that can be used: start over with \`npm run train digits -- --epochs 3 --batch-size 25 --seed 1 --precision float32 --fresh --runs ${folder}\`.`,
    );
    expect(() => returnToBest(run)).toThrow(/best\.safetensors is damaged/);
  });

  it('does not go on with the checkpoint of another recipe', async () => {
    const run = shortRun();
    await expect(fit(options(run))).rejects.toThrow(
      /last\.safetensors does not fit the run's recipe: its epochs is 1, expected 3\. The best checkpoint/,
    );
  });

  it('never saves weights that are not numbers', async () => {
    const run = newRun();
    const abort = new AbortController();
    // The loss of the first step is of the weights before it: it is sound, what it leaves is not.
    const wild = {
      ...recipe,
      optimizer: { name: 'sgd' as const, weightDecay: 0 },
      schedule: { ...recipe.schedule, learningRate: 1e41 },
    };
    const watcher = { onStep: () => abort.abort() };
    await expect(fit(options(run, { recipe: wild, signal: abort.signal, watcher }))).rejects.toThrow(
      /has a value of (NaN|-?Infinity) after step 1, which is not saved\..*--learning-rate/,
    );
    expect(existsSync(run.last)).toBe(false);
  });

  it('saves and stops when it takes more memory than it may, and resumes to the same end', async () => {
    const run = newRun();
    const memory = {
      limit: 1,
      advice: (resident: number) => `It takes ${resident > 1e8 ? 'much' : 'little'}.`,
    };
    await expect(fit(options(run, { memory }))).rejects.toThrow(
      /^Saved at step \d+ and stopped\. It takes much\.$/,
    );
    const { step } = readCheckpoint(run.last).progress;
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(STEPS);
    await fit(options(run));
    expect(readFileSync(run.last).equals(readFileSync(whole.last))).toBe(true);
  });

  it('stops when the loss is not a number, and keeps what was saved', async () => {
    const run = newRun();
    const wild = {
      ...recipe,
      optimizer: { name: 'sgd' as const, weightDecay: 0 },
      schedule: { ...recipe.schedule, learningRate: 1e30 },
    };
    await expect(fit(options(run, { recipe: wild }))).rejects.toThrow(
      /The loss became (NaN|Infinity) at step \d+.*--learning-rate/,
    );
    expect(existsSync(run.last)).toBe(false);
  });

  it('names a batch size that the data cannot fill', async () => {
    await expect(fit(options(newRun(), { recipe: { ...recipe, batchSize: 5000 } }))).rejects.toThrow(
      /batch size is 5000.*1000/,
    );
  });
});

describe('findUnfinished', () => {
  it('finds the interrupted run of the same recipe, and none that is done, locked or other', async () => {
    const run = newRun();
    expect(findUnfinished(folder, recipe)?.name).toBe(run.name);
    expect(findUnfinished(folder, { ...recipe, seed: 2 })).toBeUndefined();
    writeFileSync(join(run.folder, 'lock'), String(process.ppid));
    expect(findUnfinished(folder, recipe)).toBeUndefined();
    writeFileSync(join(run.folder, 'lock'), '999999999');
    expect(findUnfinished(folder, recipe)?.name).toBe(run.name);
    await fit(options(run));
    expect(findUnfinished(folder, recipe)).toBeUndefined();
  });
});

function rowInOrder(
  row: { epoch: number; step: number; trainLoss: number; validLoss: number; errorRate: number } | undefined,
) {
  if (row === undefined) throw new Error('no row');
  const { epoch, step, trainLoss, validLoss, errorRate } = row;
  return { epoch, step, trainLoss, validLoss, errorRate };
}

/** Trains in a child process and kills it so long after its first step could have come; without a time, waits for its end. */
async function runAndKill(
  runs: string,
  milliseconds?: number,
): Promise<{ output: string; code: number | null }> {
  const script = join(root, 'test/train/loop/fit-in-folder.ts');
  const child = spawn(process.execPath, [join(root, 'test/run-compiled.mjs'), script, runs], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    if (milliseconds !== undefined && /from/.test(output))
      setTimeout(() => child.kill('SIGKILL'), milliseconds);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output, code };
}
