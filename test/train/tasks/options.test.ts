// Every option of a training does something to what is learned, or is refused by its name: whatever the task.
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { augmentBy } from '../../../train/augment/index.ts';
import { type Dataset, sharedLabels, sharedTargets } from '../../../train/datasets/dataset.ts';
import { createBatches, createSlot } from '../../../train/loader/batches.ts';
import { batchesOf } from '../../../train/loop/batches-of.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { optimizers } from '../../../train/optimizers/index.ts';
import { random } from '../../../train/random.ts';
import { type Adjustment, adjusted } from '../../../train/recipes/adjust.ts';
import { findRecipe, type Recipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { builtIn } from '../../../train/recipes/registry.ts';
import { TASKS, type Task } from '../../../train/tasks/task.ts';

const [N, SIDE, CLASSES, BATCH] = [24, 8, 2, 8];

/** Pictures of noise, a third of them of the second class. */
function noise(task: Task): Dataset {
  const next = random(1, 'options');
  const images = new Uint8Array(new SharedArrayBuffer(N * SIDE * SIDE * 3)).map(() => next() * 256);
  const labels = sharedLabels(
    Array.from({ length: N }, (_, i) => (task === 'single' && i % 3 === 0 ? 1 : 0)),
    CLASSES,
  );
  const targets = sharedTargets(Array.from({ length: N * CLASSES }, () => Math.round(next() * 1.2)));
  const split = { images, labels, n: N, ...(task !== 'single' && { targets }) };
  const shape = [SIDE, SIDE, 3] as const;
  const [train, validation] = [split, split];
  const digests = { train: '', validation: '' };
  return {
    ...{ name: 'noise', labels: ['a', 'b'], shape, train, validation, digests },
    ...(task !== 'single' && { task }),
  };
}

function recipeOf(task: Task): Recipe {
  return resolveRecipe({
    ...findRecipe('digits'),
    ...{ augment: {}, batchSize: BATCH, optimizer: { name: 'sgd', weightDecay: 0.01 } },
    architecture: { name: 'resnet', blocks: [1], widths: [4], stem: 'small' },
    standardize: { mean: [0.5, 0.5, 0.5], deviation: [0.3, 0.3, 0.3] },
    ...(task !== 'single' && { task }),
  });
}

/** What the network answers after three steps, or the line that refuses. */
function answers(recipe: Recipe, dataset: Dataset): string {
  try {
    const training = createTraining(resolveRecipe(recipe), dataset);
    const options = batchesOf(recipe, dataset, builtIn);
    const slot = createSlot(BATCH, SIDE * SIDE * 3, recipe.task === undefined ? 0 : CLASSES);
    const fill = createBatches(options);
    for (let step = 0; step < 3; step++) {
      fill(step, slot);
      training.run({ ...slot, learningRate: 0.05, momentum: 0.9, step: step + 1, seed: [1, step] });
      if (recipe.average) training.blend('average', recipe.average.decay);
    }
    const logits = training.logits(dataset.train.images as Uint8Array);
    training.dispose();
    return [...logits].join();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const options: [option: string, adjustment: Adjustment, refusedFor: readonly Task[]][] = [
  ['weight-decay', { weightDecay: 0.5 }, []],
  ['dropout', { dropout: 0.5 }, []],
  ['label-smoothing', { labelSmoothing: 0.2 }, ['regression']],
  ['average', { average: 0.9 }, []],
  ['class-weights', { classWeights: 'balanced' }, ['multi', 'regression']],
  ['sampling', { sampling: 'balanced' }, ['multi', 'regression']],
  ['focal', { focal: 2 }, ['multi', 'regression']],
  ['loss', { loss: 'l1' }, ['single', 'multi']],
];

describe.each(TASKS)('of the task %s', (task) => {
  const [recipe, dataset] = [recipeOf(task), noise(task)];
  const plain = answers(recipe, dataset);

  it('a training answers with numbers, and twice the same', () => {
    expect(plain).toMatch(/^-?[\d.,e-]+$/);
    expect(answers(recipe, dataset)).toBe(plain);
  });

  it.each(options)('--%s changes the answers or is refused', (option, adjustment, refusedFor) => {
    const given = answers(adjusted(recipe, adjustment), dataset);
    if (refusedFor.includes(task)) expect(given).toMatch(new RegExp(`^--${option} is for .*: leave it out`));
    else {
      expect(given).toMatch(/^-?[\d.,e-]+$/);
      expect(given).not.toBe(plain);
    }
  });

  it('every optimizer and every mixture answers in a way of its own', () => {
    const rules = optimizers.map(({ name }) => adjusted(recipe, { optimizer: name }));
    const mixed = [{ mixup: '1' }, { cutmix: '1' }].map((chosen) => ({
      ...recipe,
      augment: augmentBy({}, chosen),
    }));
    const all = [...rules, ...mixed].map((each) => answers(each, dataset));
    for (const each of all) expect(each).toMatch(/^-?[\d.,e-]+$/);
    expect(new Set(all).size).toBe(all.length);
  });
});
