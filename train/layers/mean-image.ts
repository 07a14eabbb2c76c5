// The mean image: what the training pictures have in common, subtracted from every picture inside the graph.
import { type Dataset, imagesOf } from '../datasets/dataset.ts';

/** The statistic's name, in checkpoints and model files. */
export const MEAN_IMAGE = 'mean_image';

/** Mean of each byte over the training images, `[H,W,C]` from 0 to 255. */
export function meanImageOf({ train, shape }: Pick<Dataset, 'train' | 'shape'>): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  // Sums of bytes are exact, whatever their order.
  const sums = new Float64Array(size);
  for (let from = 0; from < train.n; from++)
    for (const [i, byte] of imagesOf(train, from, from + 1).entries()) sums[i] = (sums[i] ?? 0) + byte;
  return Float32Array.from(sums, (sum) => sum / train.n);
}
