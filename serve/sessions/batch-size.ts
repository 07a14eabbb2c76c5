// How many pictures a run of a model takes, by the bytes of their inputs.
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';

const MiB = 1024 * 1024;

/** Bytes of the inputs of one run, unless a single one has more: a batch of 64 at 591 x 591 in color. */
const BATCH_BYTES = 64 * MiB;

/** Bytes that the inputs of the smallest run may have: every worker holds them, and the network's floats beside them. */
const MOST_BYTES = 512 * MiB;

/** Bytes of an input `[H,W,C]` uint8. */
export function bytesOf([height, width, channels]: Shape): number {
  return height * width * channels;
}

/** @param most - pictures in one run at most, as the settings say. */
export function largestBatch(shape: Shape, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / bytesOf(shape))));
}

/**
 * @param fixed - inputs of each run of a model that takes this number alone.
 * @throws UserError when the inputs of its smallest run are too large to be held.
 */
export function refuseLarge(shape: Shape, fixed: number | undefined): void {
  const bytes = (fixed ?? 1) * bytesOf(shape);
  if (bytes <= MOST_BYTES) return;
  const mebibytes = Math.ceil(bytes / MiB).toLocaleString('en');
  const batch = fixed === undefined ? '' : ` in batches of ${fixed}`;
  throw new UserError(
    `its input [${shape}]${batch} has ${mebibytes} MiB, expected ${MOST_BYTES / MiB} at most: export it for smaller pictures${fixed === undefined ? '' : ' or a smaller batch'}`,
  );
}
