// TensorFlow over the loader's memory: shared arrays go into tensors as they are.
import { describe, expect, it } from 'vitest';
import { tf, uint8Tensor } from '../../../train/graph/tensorflow.ts';
import { openLoader } from '../../../train/loader/index.ts';
import { options } from './examples.ts';

describe('a batch', () => {
  it('becomes tensors without a copy in JavaScript', async () => {
    const loader = await openLoader({ ...options, augment: { thickness: 0.5 } });
    for (let step = 0; step < 10; step++) {
      const { images, labels } = loader.next();
      expect(images.buffer).toBeInstanceOf(SharedArrayBuffer);
      const sums = tf.tidy(() => {
        const pixels = tf.cast(uint8Tensor(images, [8, 16]), 'float32');
        return [tf.sum(pixels, 1).dataSync(), tf.mul(tf.tensor1d(labels, 'int32'), 2).dataSync()];
      });
      const expected = Array.from(labels, (_, row) =>
        images.subarray(row * 16, row * 16 + 16).reduce((sum, value) => sum + value, 0),
      );
      expect(sums.map((values) => [...values])).toEqual([expected, Array.from(labels, (label) => 2 * label)]);
    }
    await loader.close();
  });
});
