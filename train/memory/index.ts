// Keeps a training within the memory that there is, and says how to need less.
import { freemem } from 'node:os';
import { messageOf } from '../../models/errors.ts';
import { OutOfMemoryError } from '../errors.ts';
import type { FitOptions } from '../loop/fit.ts';
import type { Progress } from '../progress.ts';
import type { Recipe } from '../recipes/index.ts';
import type { Run } from '../runs/run.ts';
import { type MemoryUse, measureMemory, memoryAt } from './measure.ts';

/**
 * The limit in bytes that `--max-memory` sets, for `fit` to watch.
 * @throws OutOfMemoryError when `recipe` needs more, with the options that need less.
 */
export async function limitMemory(
  recipe: Recipe,
  limit: number | undefined,
  { say }: Progress = {},
): Promise<FitOptions['memory']> {
  if (limit === undefined) return undefined;
  const use = await measureMemory(recipe);
  checkMemory(recipe, use, limit);
  const expected = memoryAt(use, recipe.batchSize / recipe.accumulate);
  say?.(`Memory: about ${gibibytes(expected)} by measure, at most ${gibibytes(limit)}.`);
  return {
    limit,
    advice: (resident) =>
      `Training takes ${gibibytes(resident)} of memory, more than ${gibibytes(limit)}. ${memoryAdvice(recipe, corrected(use, recipe, resident), limit)}`,
  };
}

/** What did not fit is advised to this share of it at most. */
const TRIED = 0.8;

/** What to tell the user when TensorFlow had no memory left: which batch would fit into the free memory. */
export async function outOfMemory(recipe: Recipe, error: unknown): Promise<OutOfMemoryError> {
  const message = messageOf(error);
  const [reason] = /OOM when allocating tensor with shape\[[^\]]*\]/.exec(message) ?? message.split('\n');
  const limit = freemem();
  const advice = await measureMemory(recipe).then(
    // Whatever the system says is free, what was tried did not fit.
    (use) =>
      memoryAdvice(recipe, use, Math.min(limit, TRIED * memoryAt(use, recipe.batchSize / recipe.accumulate))),
    () => 'Start a new run with a smaller --batch-size, or with --accumulate.',
  );
  return new OutOfMemoryError(
    `There is not enough memory (${reason}). ${gibibytes(limit)} are free. ${advice}`,
  );
}

/** What to tell about a training that crashed before it saved anything. */
export function crashNote({ name }: Run): string {
  return `The last training of ${name} ended without a message and saved nothing. If the system killed it for its memory (\`dmesg | grep -i "out of memory"\` says so), --max-memory finds what fits.`;
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
  // 1 always divides the batch.
  let part = Math.min(images, batchSize);
  while (batchSize % part !== 0) part--;
  return `At most ${images} images at a time fit: start a new run with --accumulate ${batchSize / part} (${batchSize} images per update, ${part} at a time), or with --batch-size ${images}.`;
}

/** @throws OutOfMemoryError when `recipe` needs more than `limit` bytes, with the options that need less. */
export function checkMemory(recipe: Recipe, use: MemoryUse, limit: number): void {
  const images = recipe.batchSize / recipe.accumulate;
  const needed = memoryAt(use, images);
  if (needed <= limit) return;
  throw new OutOfMemoryError(
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

/** Bytes as `1.5 GiB`. */
export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
