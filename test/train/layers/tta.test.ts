// Test-time augmentation against the definition, view by view.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { averagedLogits } from '../../../train/layers/tta.ts';
import { random } from '../../../train/random.ts';

const [H, W, C] = [5, 4, 3];
const next = random(1, 'test');
const pictures = Array.from({ length: 3 }, () => Float32Array.from({ length: H * W * C }, () => next()));
const weights = Float32Array.from({ length: H * W * C * 2 }, () => next() - 0.5);

/** A network that sees where everything is: two weighted sums of all values. */
const network = (images: Tensor) =>
  tf.matMul(tf.reshape(images, [-1, H * W * C]) as never, tf.tensor2d(weights, [H * W * C, 2]));

/** The picture shifted and mirrored, by plain loops; outside it is reflected. */
function view(picture: Float32Array, shift: number, mirrored: boolean): Float32Array {
  const reflect = (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
  const out = new Float32Array(picture.length);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++)
      for (let c = 0; c < C; c++) {
        const column = mirrored ? W - 1 - x : x;
        const source = (reflect(y + shift, H) * W + reflect(column + shift, W)) * C + c;
        out[(y * W + x) * C + c] = picture[source] ?? 0;
      }
  return out;
}

function logits(picture: Float32Array): number[] {
  return [0, 1].map((k) => picture.reduce((sum, value, i) => sum + value * (weights[i * 2 + k] ?? 0), 0));
}

const views = {
  none: [[1, 0, false]],
  mirror: [
    [1 / 2, 0, false],
    [1 / 2, 0, true],
  ],
  'mirror-shift': [
    [1 / 4, 0, false],
    [1 / 4, 0, true],
    [1 / 8, -1, false],
    [1 / 8, -1, true],
    [1 / 8, 1, false],
    [1 / 8, 1, true],
  ],
} as const;

describe('averagedLogits', () => {
  it.each(['none', 'mirror', 'mirror-shift'] as const)('%s averages the views it names', (tta) => {
    const received = tf.tidy(() => {
      const images = tf.tensor4d(Float32Array.from(pictures.flatMap((picture) => [...picture])), [
        3,
        H,
        W,
        C,
      ]);
      return averagedLogits(images, tta, network).dataSync();
    });
    const expected = pictures.flatMap((picture) =>
      [0, 1].map((k) =>
        views[tta].reduce(
          (sum, [weight, shift, mirrored]) => sum + weight * (logits(view(picture, shift, mirrored))[k] ?? 0),
          0,
        ),
      ),
    );
    for (const [i, value] of expected.entries()) expect(received[i]).toBeCloseTo(value, 6);
  });
});
