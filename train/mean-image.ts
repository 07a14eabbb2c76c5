// The mean image: what the training pictures have in common, subtracted from every picture inside the graph.
import type { Dataset } from './datasets/index.ts';

/** The statistic's name, in checkpoints and model files. */
export const MEAN_IMAGE = 'mean_image';

/** Mean of each byte over the training images, `[H,W,C]` from 0 to 255. */
export function meanImageOf({ train: { images, n }, shape }: Pick<Dataset, 'train' | 'shape'>): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  // Sums of bytes are exact, whatever their order.
  const sums = new Float64Array(size);
  for (let from = 0; from < n * size; from += size)
    for (let i = 0; i < size; i++) sums[i] = (sums[i] ?? 0) + (images[from + i] ?? 0);
  return Float32Array.from(sums, (sum) => sum / n);
}
