// A mock training with a learning rate that grows from step to step.
import { setImmediate } from 'node:timers/promises';
import type { Dataset } from '../datasets/index.ts';
import { openLoader } from '../loader/index.ts';
import { batchesOf } from '../loop/batches-of.ts';
import type { TrainingStep } from '../loop/step.ts';
import { scheduleAt } from '../optimizers/schedules/index.ts';
import { seedPair } from '../random.ts';
import type { Recipe } from '../recipes/index.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { type Curve, smoother } from './suggest.ts';

export interface SweepOptions {
  /** The first and the last learning rate. */
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  onStep?(done: number): void;
}

/** The loss, as a multiple of the least so far, at which the training has diverged. */
const DIVERGED = 4;

/**
 * Trains `training` for a sweep of learning rates and puts everything back to what it was.
 * @returns The smoothed loss at each learning rate; where it diverges, the sweep ends.
 */
export async function sweep(
  training: TrainingStep,
  recipe: Recipe,
  dataset: Dataset,
  { from, to, steps, onStep }: SweepOptions,
  registry: Registry = builtIn,
): Promise<Curve> {
  const before = training.read();
  const loader = await openLoader(batchesOf(recipe, dataset, registry));
  const learningRates: number[] = [];
  const losses: number[] = [];
  const smooth = smoother();
  // As the schedule begins, with little behind it.
  const { momentum } = scheduleAt(recipe.schedule, 0, registry.schedules);
  try {
    for (let step = 0; step < steps; step++) {
      const learningRate = from * (to / from) ** (step / steps);
      const { loss } = training.run({
        ...loader.next(),
        learningRate,
        momentum,
        step: step + 1,
        seed: seedPair(recipe.seed, 'step', step),
      });
      const smoothed = smooth(loss);
      learningRates.push(learningRate);
      losses.push(smoothed);
      onStep?.(step + 1);
      if (!(smoothed <= DIVERGED * losses.reduce((least, value) => Math.min(least, value), Infinity))) break;
      await setImmediate();
    }
  } finally {
    await loader.close();
    training.write(before);
  }
  return { learningRates, losses };
}
