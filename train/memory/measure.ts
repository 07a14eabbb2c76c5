// How much memory a training needs, measured on two small batches.
import { UserError } from '../../models/errors.ts';
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
 * The two sizes that are measured. Drawn out from them to a whole batch, the estimate was 2 % above what digits took
 * with 2,048 images (2,104 MiB), and 0.1 % below what cifar-fast took with 1,024 (7,023 MiB).
 */
const SIZES = [32, 128] as const;

/** Trains a few steps at two sizes, each in a process of its own: takes seconds. */
export async function measureMemory(recipe: Recipe): Promise<MemoryUse> {
  const small = await measureAt(recipe, SIZES[0]);
  const large = await measureAt(recipe, SIZES[1]);
  const perImage = Math.max(0, (large.steps - small.steps) / (SIZES[1] - SIZES[0]));
  return { perImage, fixed: large.steps - SIZES[1] * perImage, evaluation: small.whole };
}

async function measureAt(recipe: Recipe, images: number): Promise<Measured> {
  let measured: Measured | undefined;
  const task = { recipe: { ...recipe, batchSize: images, accumulate: 1 } };
  const child = startChild(new URL('./probe.ts', import.meta.url), task, (message) => {
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
