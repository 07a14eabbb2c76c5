// Makes the batch of any step: which examples are in it, shuffled and augmented.
import { augmentImage } from '../augment/image.ts';
import { imagesOf } from '../datasets/dataset.ts';
import { permutation, random } from '../random.ts';
import type { BatchOptions } from './types.ts';

/** Where a batch goes: `[B,H,W,C]` uint8 and `[B]` int32. */
export interface Slot {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

/** Whole batches in an epoch; the shuffle lets others be left over each time. */
export function stepsPerEpoch({ split, batchSize }: Pick<BatchOptions, 'split' | 'batchSize'>): number {
  return Math.floor(split.n / batchSize);
}

/** A function that writes the batch of a step, counted over the whole run, into a slot. */
export function createBatches(options: BatchOptions): (step: number, slot: Slot) => void {
  const { split, shape, batchSize, seed, augment } = options;
  const steps = stepsPerEpoch(options);
  const imageSize = shape[0] * shape[1] * shape[2];
  let orderedEpoch = -1;
  let order: Uint32Array = new Uint32Array();

  return (step, slot) => {
    const epoch = Math.floor(step / steps);
    if (epoch !== orderedEpoch) {
      order = permutation(split.n, random(seed, 'shuffle', epoch));
      orderedEpoch = epoch;
    }
    const first = (step % steps) * batchSize;
    for (let row = 0; row < batchSize; row++) {
      const index = order[first + row] ?? 0;
      const image = imagesOf(split, index, index + 1);
      slot.images.set(augmentImage(image, shape, augment, { seed, epoch, index }), row * imageSize);
      slot.labels[row] = split.labels[index] ?? 0;
    }
  };
}
