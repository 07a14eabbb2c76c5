// How much memory a training needs, measured on two small batches.

import { UserError } from '../../models/errors.ts';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startChild } from '../child.ts';
import type { Recipe } from '../recipes/index.ts';
import { type Measured, measuredSchema } from './measured.ts';

/** Resident memory of a training, in bytes: it grows linearly with the images that are computed at a time. */
export interface MemoryUse {
  fixed: number;
  perImage: number;
  /** What an evaluation needs, whatever the batch size. */
  evaluation: number;
}

/**
 * Images at a time that are measured: few, and as many as the recipe has within bounds. Drawn out from there to a
 * larger batch, the estimate was 1 % above what digits took with 1,024 images (1,035 MiB), and 2 % below what
 * cifar-fast took (7,023 MiB); from 32 and 128, up to 19 % above.
 */
const SMALL = 32;
const LARGE = { least: 64, most: 256 };

/** Trains a few steps at two sizes, each in a process of its own: takes seconds. */
export async function measureMemory(recipe: Recipe): Promise<MemoryUse> {
  const images = Math.min(LARGE.most, Math.max(LARGE.least, recipe.batchSize / recipe.accumulate));
  const small = await measureAt(recipe, SMALL);
  const large = await measureAt(recipe, images);
  const perImage = Math.max(0, (large.steps - small.steps) / (images - SMALL));
  return { perImage, fixed: large.steps - images * perImage, evaluation: small.whole };
}

async function measureAt(recipe: Recipe, images: number): Promise<Measured> {
  let measured: Measured | undefined;
  const task = { recipe: { ...recipe, batchSize: images, accumulate: 1 } };
  const child = startChild(moduleBeside('./probe', import.meta.url), task, (message) => {
    measured = measuredSchema.parse(message);
  });
  const status = await child.ended;
  if (measured === undefined)
    throw new UserError(
      `Memory could not be measured: a trial with ${images} images ended with ${status === null ? 'being killed, perhaps for the memory it took' : `status ${status}`}.`,
    );
  return measured;
}

/** Bytes that a training needs with so many images at a time. */
export function memoryAt({ fixed, perImage, evaluation }: MemoryUse, images: number): number {
  return Math.max(evaluation, fixed + perImage * images);
}
