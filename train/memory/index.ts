// How much memory a training needs, measured on two small batches, and what to do when that is too much.
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

/** The most images at a time that `limit` bytes hold; 0 when not even one fits. */
export function largestFit(use: MemoryUse, limit: number): number {
  return memoryAt(use, 1) > limit ? 0 : Math.floor((limit - use.fixed) / Math.max(1, use.perImage));
}

/** The options with which `recipe` would stay within `limit` bytes. */
export function memoryAdvice(recipe: Recipe, use: MemoryUse, limit: number): string {
  const images = largestFit(use, limit);
  if (images < 1)
    return `Not even one image at a time fits: program, data and network alone need ${gibibytes(memoryAt(use, 1))}.`;
  const { batchSize } = recipe;
  if (images >= batchSize) return `By measure, ${batchSize} images at a time would fit.`;
  // 1 always divides the batch.
  let part = images;
  while (batchSize % part !== 0) part--;
  return `At most ${images} images at a time fit: start a new run with --accumulate ${batchSize / part} (${batchSize} images per update, ${part} at a time), or with --batch-size ${images}.`;
}

/** @throws UserError when `recipe` needs more than `limit` bytes, with the options that need less. */
export function checkMemory(recipe: Recipe, use: MemoryUse, limit: number): void {
  const images = recipe.batchSize / recipe.accumulate;
  const needed = memoryAt(use, images);
  if (needed <= limit) return;
  throw new UserError(
    `Training ${recipe.name} with ${images} images at a time needs about ${gibibytes(needed)} of memory, more than ${gibibytes(limit)}. ${memoryAdvice(recipe, use, limit)}`,
  );
}

/** The same use, corrected by what the training of `recipe` really took. */
export function corrected(use: MemoryUse, recipe: Recipe, resident: number): MemoryUse {
  const images = recipe.batchSize / recipe.accumulate;
  return { ...use, perImage: Math.max(use.perImage, (resident - use.fixed) / images) };
}

/** Whether TensorFlow or the system had no memory to give. */
export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof Error &&
    /OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|bad_alloc|allocation failed/i.test(
      error.message,
    )
  );
}

/**
 * Bytes of a size such as `2g`, `1.5 GiB` or `800m`, in powers of 1,024.
 * @throws UserError for anything else.
 */
export function parseBytes(text: string): number {
  const [, digits = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ');
  if (digits !== '' && bytes > 0) return bytes;
  throw new UserError(`--max-memory takes a size such as 2g or 800m; received ${JSON.stringify(text)}.`);
}

/** Bytes as `1.5 GiB`. */
export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
