// The first images of a dataset as a dataset of its own, for short trials.
import type { Dataset, Split } from './dataset.ts';

/** `dataset` with at most its first `train` training and `test` test images, in the same memory. */
export function firstImages(dataset: Dataset, train: number, test: number): Dataset {
  return { ...dataset, train: first(dataset.train, train), test: first(dataset.test, test) };
}

function first({ images, labels, n: all }: Split, wanted: number): Split {
  const n = Math.min(wanted, all);
  return { images: images.subarray(0, (images.length / all) * n), labels: labels.subarray(0, n), n };
}
