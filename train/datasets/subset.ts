// The first images of a dataset as a dataset of its own, for short trials; over again where there are not as many.
import { type Dataset, imageSize, imagesOf, type MemorySplit, type Split } from './dataset.ts';

/** `dataset` with at most its first `train` training and `others` validation and test images, in the same place. */
export function firstImages<D extends Dataset>(
  dataset: D,
  train: number,
  others = Number.POSITIVE_INFINITY,
): D {
  const { validation, test } = dataset;
  return {
    ...dataset,
    train: firstOf(dataset.train, train),
    validation: firstOf(validation, others),
    ...(test && { test: firstOf(test, others) }),
  };
}

/** At most the first `wanted` images of a split. */
export function firstOf<S extends Split>(split: S, wanted: number): S {
  const { images, labels, targets, teacher, n: all } = split;
  const n = Math.min(wanted, all);
  const rows = (values: Float32Array | undefined) => values?.subarray(0, (values.length / all) * n);
  const [own, taught] = [rows(targets), rows(teacher)];
  const some = images instanceof Uint8Array ? images.subarray(0, (images.length / all) * n) : images;
  return {
    ...split,
    images: some,
    labels: labels.subarray(0, n),
    ...(own && { targets: own }),
    ...(taught && { teacher: taught }),
    n,
  };
}

/** `wanted` images of a split: its first ones, and the same over again where it has fewer. */
export function filled(split: Split, wanted: number): Split {
  if (wanted <= split.n) return firstOf(split, wanted);
  const size = imageSize(split);
  const images = new Uint8Array(new SharedArrayBuffer(wanted * size));
  const labels = split.labels instanceof Uint8Array ? new Uint8Array(wanted) : new Uint16Array(wanted);
  const all = imagesOf(split, 0, split.n);
  for (let i = 0; i < wanted; i++) {
    const from = i % split.n;
    images.set(all.subarray(from * size, (from + 1) * size), i * size);
    labels[i] = split.labels[from] ?? 0;
  }
  const overAgain = (values: Float32Array | undefined) =>
    values &&
    Float32Array.from(
      { length: (wanted * values.length) / split.n },
      (_, i) => values[i % values.length] ?? 0,
    );
  const [own, taught] = [overAgain(split.targets), overAgain(split.teacher)];
  const result: MemorySplit = {
    ...{ images, labels, n: wanted },
    ...(own && { targets: own }),
    ...(taught && { teacher: taught }),
  };
  return result;
}
