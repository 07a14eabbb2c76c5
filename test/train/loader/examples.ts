// A small dataset whose images tell which they are, and copies of batches.
import type { MemorySplit } from '../../../train/datasets/dataset.ts';
import type { Batch, Loader } from '../../../train/loader/index.ts';
import type { LoaderOptions } from '../../../train/loader/types.ts';

export const n = 50;

/** 50 images of 4x4x1 pixels: image i is all i, and so is its label. */
export const options: LoaderOptions & { readonly split: MemorySplit } = {
  split: {
    images: shared(Uint8Array.from({ length: n * 16 }, (_, place) => Math.floor(place / 16))),
    labels: shared(Uint8Array.from({ length: n }, (_, index) => index)),
    n,
  },
  shape: [4, 4, 1],
  batchSize: 8,
  seed: 1,
  augment: {},
};

/** Six batches of eight: two images are left over in each epoch. */
export const stepsPerEpoch = 6;

/** The next `count` batches, copied out of the loader's memory. */
export function take(loader: Loader, count: number): Batch[] {
  return Array.from({ length: count }, () => {
    const batch = loader.next();
    return {
      ...batch,
      images: batch.images.slice(),
      labels: batch.labels.slice(),
      others: batch.others.slice(),
      shares: batch.shares.slice(),
    };
  });
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
