// Test-time augmentation: one picture as several views, whose logits are averaged.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';

/**
 * Weights of the views, in the order of `viewsOf`. With shifts: half for the picture in its place, half for the two
 * shifted ones, each seen from both sides (arXiv 2404.00498, section 3.5).
 */
const WEIGHTS = {
  none: [1],
  mirror: [1 / 2, 1 / 2],
  'mirror-shift': [1 / 4, 1 / 4, 1 / 8, 1 / 8, 1 / 8, 1 / 8],
} as const;

/** Which views are averaged. */
export type Tta = keyof typeof WEIGHTS;

/** How many pictures the network is shown for one. */
export const viewCount = (tta: Tta): number => WEIGHTS[tta].length;

/**
 * Logits averaged over views, computed as one larger batch.
 * @param images - float32 `[N,H,W,C]`.
 * @param logitsOf - Maps `[M,H,W,C]` to `[M,classes]`.
 */
export function averagedLogits(images: Tensor, tta: Tta, logitsOf: (images: Tensor) => Tensor): Tensor {
  if (tta === 'none') return logitsOf(images);
  const views = viewsOf(images as Tensor4D, tta === 'mirror-shift');
  const logits = logitsOf(tf.concat(views, 0));
  const [n = 0] = images.shape;
  const classes = logits.shape[1] ?? 0;
  const weighted = tf.mul(
    tf.reshape(logits, [views.length, n, classes]),
    tf.tensor3d([...WEIGHTS[tta]], [views.length, 1, 1]),
  );
  return tf.sum(weighted, 0);
}

/** The pictures and their mirror images; then, shifted by one pixel to the upper left and the lower right, the same. */
function viewsOf(images: Tensor4D, shifts: boolean): Tensor4D[] {
  const both = (x: Tensor4D): Tensor4D[] => [x, tf.reverse(x, 2)];
  if (!shifts) return both(images);
  const [n, height, width, channels] = images.shape;
  const padded = tf.mirrorPad(
    images,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    'reflect',
  );
  const crop = (from: number) => tf.slice(padded, [0, from, from, 0], [n, height, width, channels]);
  return [...both(images), ...both(crop(0)), ...both(crop(2))];
}
