// The whitening initializer does what its name says.
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { whitening } from '../../../train/layers/whitening.ts';
import { random } from '../../../train/random.ts';

/** Smooth noise: neighboring pixels and channels are alike, as in photographs. */
function examples() {
  const next = random(3, 'test');
  const shape = [40, 12, 12, 3] as const;
  const values = tf.tidy(() => {
    const noise = tf.tensor4d(
      Float32Array.from({ length: 40 * 144 * 3 }, () => next() - 0.5),
      [...shape],
    );
    const gray = tf.mean(noise, 3, true);
    return tf
      .add(tf.mul(noise, 0.3), tf.avgPool(tf.mul(gray, tf.ones([1, 1, 1, 3])) as typeof noise, 3, 1, 'same'))
      .dataSync();
  }) as Float32Array;
  return { values, shape };
}

describe('whitening', () => {
  it('gives outputs of variance near one that are not correlated, and their negatives', () => {
    const data = examples();
    const kernel = whitening([2, 2, 3, 24], 1, 'whiten/kernel', () => data);
    const covariance = tf.tidy(() => {
      const images = tf.tensor4d(data.values, [...data.shape]);
      const y = tf.conv2d(images, tf.tensor4d(kernel, [2, 2, 3, 24]), 1, 'valid').reshape([-1, 24]);
      const first = tf.slice(y, [0, 0], [-1, 12]);
      return tf.div(tf.matMul(first, first, true, false), first.shape[0] ?? 1).dataSync();
    });
    for (let i = 0; i < 12; i++)
      for (let j = 0; j < 12; j++) {
        const value = covariance[i * 12 + j] ?? Number.NaN;
        // On the diagonal eigenvalue / (eigenvalue + 0.0005); off it, float32's noise (1e-6 measured).
        if (i === j) expect(value).toBeGreaterThan(0.9);
        if (i === j) expect(value).toBeLessThanOrEqual(1 + 1e-5);
        if (i !== j) expect(Math.abs(value)).toBeLessThan(3e-6);
      }
    for (let row = 0; row < 12; row++)
      for (let k = 0; k < 12; k++) expect(kernel[row * 24 + 12 + k]).toBe(-(kernel[row * 24 + k] ?? 0));
  });

  it('says what it lacks', () => {
    expect(() => whitening([2, 2, 3, 24], 1, 'whiten/kernel')).toThrow(/needs examples/);
    expect(() => whitening([2, 2, 3, 16], 1, 'whiten/kernel', examples)).toThrow(/24 outputs, received 16/);
  });
});
