// The loss and its gradient are PyTorch's, with and without label smoothing.
import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { countCorrect, crossEntropy } from '../../../train/layers/loss.ts';
import { difference, example, reference } from '../torch/example.ts';

// Measured: 0 (loss) and 9e-8 (gradient), of the largest value.
const TOLERANCE = 2e-7;

const shape: [number, number] = [6, 5];
const values = example(0, 1, 30).map((value) => 4 * value);
const labels = [0, 1, 2, 3, 4, 0];

describe('crossEntropy', () => {
  it.each([0, 0.1, 0.3])('is PyTorch’s with label smoothing %f', (smoothing) => {
    const target = tf.tensor1d(labels, 'int32');
    const { value, grad } = tf.valueAndGrad((x: Tensor) => crossEntropy(x, target, smoothing) as Scalar)(
      tf.tensor2d(values, shape),
    );
    const name = `cross-entropy/${smoothing}`;
    expect(difference(value.dataSync(), reference(`${name}/loss`))).toBeLessThanOrEqual(TOLERANCE);
    expect(difference(grad.dataSync(), reference(`${name}/gradient`))).toBeLessThanOrEqual(TOLERANCE);
  });
});

describe('countCorrect', () => {
  it('counts the rows whose largest logit is the label’s', () => {
    const rows = Array.from({ length: 6 }, (_, row) => [...values.subarray(row * 5, row * 5 + 5)]);
    const expected = rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
    const correct = countCorrect(tf.tensor2d(values, shape), tf.tensor1d(labels, 'int32'));
    expect(correct.dataSync()[0]).toBe(expected);
    expect(expected).toBeGreaterThan(0);
    expect(expected).toBeLessThan(6);
  });
});
