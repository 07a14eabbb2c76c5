// Families are open: a network, data, an optimizer, a schedule and a transform that no built-in list has are trained.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AugmentOptions } from '../../../train/augment/index.ts';
import { defineTransform } from '../../../train/augment/transforms.ts';
import { openLoader } from '../../../train/loader/index.ts';
import { fit } from '../../../train/loop/fit.ts';
import { scheduleAt } from '../../../train/optimizers/schedules/index.ts';
import { memberOf } from '../../../train/recipes/family.ts';
import { recipeDigest, resolveRecipe } from '../../../train/recipes/index.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { builtIn } from '../../../train/recipes/registry.ts';
import { createRun } from '../../../train/runs/run.ts';
import { brighter, registry, shadesOfGray } from './strangers.ts';

const runs = mkdtempSync(join(tmpdir(), 'trainyard-strangers-'));
afterAll(() => rmSync(runs, { recursive: true }));

const recipe = resolveRecipe(memberOf(shadesOfGray, {}), registry);

describe('a recipe of somebody’s own lists', () => {
  it('is resolved to plain data with defaults and a digest', () => {
    expect(recipe).toMatchObject({
      shades: { side: 4, n: 64 },
      architecture: { name: 'linear', scale: 2 },
      augment: { flip: 'random', brighter: 20 },
      optimizer: { name: 'signs', share: 1, weightDecay: 0 },
      schedule: { name: 'halving', learningRate: 0.05, every: 0.5 },
      options: { net: 'linear' },
    });
    expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
    expect(recipeDigest(resolveRecipe(JSON.parse(JSON.stringify(recipe)), registry))).toBe(
      recipeDigest(recipe),
    );
  });

  it('has options of its own, which are held to its lists', () => {
    const { architecture } = resolveRecipe(memberOf(shadesOfGray, { net: 'small' }), registry);
    expect(architecture).toEqual({ name: 'small-cnn', filters: [2, 2, 2] });
  });

  it('is refused by the built-in lists, and with a wrong option, in words', () => {
    expect(() => resolveRecipe(recipe)).toThrow(
      /architecture\.name: expected one of airbench, .*; received "linear"\n/,
    );
    const wrong = { ...recipe, architecture: { name: 'linear', scale: 0 }, augment: { brighter: 99 } };
    expect(() => resolveRecipe(wrong, registry)).toThrow(
      'The recipe is not valid:\n  architecture.scale: expected more than 0; received 0\n  augment.brighter: expected at most 50; received 99',
    );
  });

  it('is trained, augmented in a worker thread, without an edit to the built-in lists', async () => {
    const dataset = await loadDataOf(recipe, registry.datasets);
    expect(dataset.labels).toEqual(['dark', 'light']);
    const rates: number[] = [];
    const { finished, history } = await fit({
      ...{ recipe, dataset, registry, run: createRun(runs, recipe, {}) },
      watcher: { onStep: ({ learningRate }) => rates.push(learningRate) },
    });
    expect(finished).toBe(true);
    expect(history.at(-1)?.errorRate).toBe(0);
    expect(rates).toEqual([...Array(8).fill(0.05), ...Array(8).fill(0.025)]);
    expect(scheduleAt(recipe.schedule, 0.9, registry.schedules).learningRate).toBe(0.025);
  });
});

describe('the loader', () => {
  it('applies a transform that its worker has loaded from the file of its definition', async () => {
    const { train: split, shape } = await loadDataOf(recipe, registry.datasets);
    const { augment } = recipe;
    const loader = await openLoader({
      ...{ split, shape, batchSize: 8, seed: 1, augment, transforms: registry.transforms },
    });
    const { images, labels } = loader.next();
    expect(images[0]).toBe((labels[0] === 0 ? 40 : 200) + 20);
    await loader.close();
  });

  it('says what a transform lacks that no worker could load', async () => {
    const { train: split, shape } = await loadDataOf(recipe, registry.datasets);
    const { module: _, ...nowhere } = brighter;
    const transforms = [...builtIn.transforms, defineTransform(nowhere)];
    const augment: AugmentOptions = recipe.augment;
    await expect(openLoader({ split, shape, batchSize: 8, seed: 1, augment, transforms })).rejects.toThrow(
      'The transform brighter does not say in which file it is',
    );
  });
});
