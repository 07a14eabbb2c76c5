// The first images of a dataset as a dataset of its own, for short trials.
import type { Dataset, Split } from './dataset.ts';

/** `dataset` with at most its first `train` training and `test` test images, in the same place. */
export function firstImages<D extends Dataset>(dataset: D, train: number, test: number): D {
  return { ...dataset, train: firstOf(dataset.train, train), test: firstOf(dataset.test, test) };
}

/** At most the first `wanted` images of a split. */
export function firstOf<S extends Split>(split: S, wanted: number): S {
  const { images, labels, n: all } = split;
  const n = Math.min(wanted, all);
  const some = images instanceof Uint8Array ? images.subarray(0, (images.length / all) * n) : images;
  return { ...split, images: some, labels: labels.subarray(0, n), n };
}
