// What the lessons rest on: the first weights' effect, the mean image, numbered checkpoints, a start from weights, budgets.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRun } from '../../../export/publish/from-run.ts';
import { parseDuration } from '../../../train/cli/duration.ts';
import { type Pace, planOf, withinBudget } from '../../../train/cli/plan.ts';
import { MEAN_IMAGE, meanImageOf } from '../../../train/layers/mean-image.ts';
import { type FitOptions, fit } from '../../../train/loop/fit.ts';
import { weightsDigest, weightsOf } from '../../../train/loop/initial-weights.ts';
import { findRecipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { listNumbered } from '../../../train/runs/numbered-checkpoints.ts';
import { createRun, type Run } from '../../../train/runs/run.ts';
import { choose } from '../choose.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(1000, 500, 'test');
const small = { epochs: 2, batchSize: 50 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-lessons-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function train(options: Omit<FitOptions, 'run' | 'dataset'>, run?: Run) {
  const own = run ?? createRun(folder, options.recipe, {});
  return { run: own, ...(await fit({ ...options, dataset, run: own })) };
}

describe('first weights', () => {
  it('of deviation 1 make a network sure and wrong, ten times smaller ones make it say nothing', async () => {
    const rate = { name: 'constant', learningRate: 1e-9 } as const;
    const losses = new Map<string, number>();
    for (const init of ['normal', 'small', 'variance-scaling']) {
      const recipe = resolveRecipe({
        ...findRecipe('conv-mnist', small, { init }),
        schedule: rate,
        steps: 1,
      });
      const { history } = await train({ recipe });
      losses.set(init, history[0]?.validLoss ?? Number.NaN);
    }
    // Measured: 84,218, 2.302505 and 2.61; ln 10 = 2.302585.
    expect(losses.get('normal')).toBeGreaterThan(20_000);
    expect(Math.abs((losses.get('small') ?? 0) - Math.log(10))).toBeLessThan(1e-4);
    expect(losses.get('variance-scaling')).toBeLessThan(3);
  });
});

describe('the mean image', () => {
  it('is the mean of the training pictures, in the checkpoint and in what is exported', async () => {
    const base = findRecipe('fc-mnist', { ...small, epochs: 1 }, { init: 'variance-scaling' });
    const recipe = { ...base, standardize: { ...base.standardize, meanImage: true as const } };
    const { run, history } = await train({ recipe });
    const saved = readCheckpoint(run.best).tensors.get(MEAN_IMAGE);
    const { images, n } = dataset.train;
    const expected = (pixel: number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += images[i * 784 + pixel] ?? 0;
      return Math.fround(sum / n);
    };
    expect(saved?.shape).toEqual([28, 28, 1]);
    for (const pixel of [0, 200, 406, 783]) expect(saved?.values[pixel]).toBe(expected(pixel));
    expect(meanImageOf(dataset)).toEqual(saved?.values);
    const model = await loadRun(run, 'best');
    expect(model.variables.has(MEAN_IMAGE)).toBe(true);
    // The network learns with it: measured 33 % errors after 20 steps; guessing has 90 %.
    expect(history[0]?.errorRate).toBeLessThan(0.6);
  });
});

describe('numbered checkpoints', () => {
  it('are one for each epoch, the newest kept, the last one equal to last.safetensors', async () => {
    const recipe = findRecipe('fc-mnist', { ...small, epochs: 3 }, { init: 'variance-scaling' });
    const { run } = await train({ recipe, keep: 2 });
    const numbered = listNumbered(run);
    expect(numbered.map(({ step }) => step)).toEqual([40, 60]);
    expect(numbered[1]?.path).toBe(join(run.folder, 'step-000060.safetensors'));
    expect(readFileSync(numbered[1]?.path ?? '').equals(readFileSync(run.last))).toBe(true);
  });
});

describe('--from', () => {
  const recipe = findRecipe('fc-mnist', small, { init: 'variance-scaling' });

  it('starts a new run from the weights of another, and resumes it without them', async () => {
    const first = await train({ recipe });
    const weights = weightsOf(readCheckpoint(first.run.best));
    const second = resolveRecipe({ ...recipe, from: weightsDigest(weights) });
    const abort = new AbortController();
    abort.abort();
    const { run, step } = await train({ recipe: second, weights, signal: abort.signal });
    expect(step).toBe(0);
    expect(readCheckpoint(run.last).tensors.get('logits/kernel')).toEqual(weights.get('logits/kernel'));
    const { finished, history } = await train({ recipe: second }, run);
    expect(finished).toBe(true);
    expect(history[0]?.trainLoss).toBeLessThan(first.history[0]?.trainLoss ?? 0);
  });

  it('does not start from elsewhere when it died before it had the weights', async () => {
    const second = resolveRecipe({ ...recipe, from: '0'.repeat(64) });
    await expect(train({ recipe: second })).rejects.toThrow(/Start a new run with --from/);
  });

  it('takes a run by its name or a file, and refuses a network that nothing fits', async () => {
    const { run } = await train({ recipe });
    const args = { recipe: 'fc-mnist', init: 'variance-scaling', precision: 'float32', runs: folder };
    const byName = await choose({ ...args, from: run.name, fresh: true });
    expect(byName.recipe.from).toBe(weightsDigest(weightsOf(readCheckpoint(run.best))));
    expect((await choose({ ...args, from: run.best, fresh: true })).recipe).toEqual(byName.recipe);
    const other = findRecipe('digits', small);
    await expect(
      train({ recipe: other, weights: new Map([['x', { shape: [1], values: Float32Array.of(1) }]]) }),
    ).rejects.toThrow(/None of the checkpoint's weights \(x, \.\.\.\) fits the network/);
  });
});

describe('a number of steps', () => {
  it('ends within an epoch, with a last row of its own', async () => {
    const recipe = resolveRecipe({
      ...findRecipe('fc-mnist', small, { init: 'variance-scaling' }),
      steps: 30,
    });
    const { history, finished, step } = await train({ recipe });
    expect([finished, step]).toEqual([true, 30]);
    expect(history.map((row) => [row.epoch, row.step])).toEqual([
      [1, 20],
      [2, 30],
    ]);
    // A mean over the 10 steps of the short epoch, not over 20: the loss falls by less than half.
    expect(history[1]?.trainLoss).toBeGreaterThan((history[1]?.validLoss ?? 0) / 2);
  });
});

describe('a budget', () => {
  const recipe = findRecipe('vgg-cifar');
  const pace: Pace = { step: 1, evaluation: 10, features: 0, start: 5 };

  it('keeps a recipe that fits, and cuts one that does not to the most steps that do', () => {
    const whole = planOf(recipe, pace, 200);
    expect(withinBudget(recipe, whole.seconds, pace, 200).steps).toBeUndefined();
    const cut = withinBudget(recipe, 600, pace, 200);
    expect(planOf(cut, pace, 200).seconds).toBeLessThanOrEqual(600);
    expect(planOf({ ...cut, steps: (cut.steps ?? 0) + 1 }, pace, 200).seconds).toBeGreaterThan(600);
    expect(cut).toEqual({ ...recipe, steps: cut.steps, budget: 600 });
  });

  it('says when not one step fits', () => {
    expect(() => withinBudget(recipe, 10, pace, 200)).toThrow(/10 s is too short for vgg-cifar/);
  });

  it.each([
    ['10m', 600],
    ['90s', 90],
    ['1.5h', 5400],
    ['10', 600],
    ['10 min', 600],
  ])('reads %s', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', 'ten', '0m', '-5m', '10d'])('refuses %j', (text) =>
    expect(() => parseDuration(text)).toThrow(/--budget takes a time such as 10m/),
  );

  it('goes on with the steps that were measured when the run began', async () => {
    const args = { recipe: 'fc-mnist', precision: 'float32', runs: folder, budget: '1m' };
    const asked = (await choose(args)).recipe;
    createRun(folder, { ...asked, steps: 7 }, {});
    const found = await choose(args);
    expect(found.run?.name).toBe('0001-fc-mnist');
    expect(found.recipe.steps).toBe(7);
    expect((await choose({ ...args, budget: '2m' })).run).toBeUndefined();
    expect(existsSync(join(folder, '0001-fc-mnist', 'last.safetensors'))).toBe(false);
  });
});
