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
    const { value, grad } = tf.valueAndGrad((x: Tensor) => crossEntropy(x, target, { smoothing }) as Scalar)(
      tf.tensor2d(values, shape),
    );
    const name = `cross-entropy/${smoothing}`;
    expect(difference(value.dataSync(), reference(`${name}/loss`))).toBeLessThanOrEqual(TOLERANCE);
    expect(difference(grad.dataSync(), reference(`${name}/gradient`))).toBeLessThanOrEqual(TOLERANCE);
  });

  it.each([
    ['weights', { weights: true }],
    ['focal', { focus: 2 }],
    ['all', { smoothing: 0.1, focus: 1.5, weights: true }],
  ] as const)('of classes that count unequally is PyTorch’s: %s', (name, options) => {
    const weights = 'weights' in options ? tf.tensor1d([0.5, 1, 2, 3, 0.25]) : undefined;
    const target = tf.tensor1d(labels, 'int32');
    const { value, grad } = tf.valueAndGrad(
      (x: Tensor) => crossEntropy(x, target, { ...options, weights }) as Scalar,
    )(tf.tensor2d(values, shape));
    expect(difference(value.dataSync(), reference(`unequal/${name}/loss`))).toBeLessThanOrEqual(3e-7);
    expect(difference(grad.dataSync(), reference(`unequal/${name}/gradient`))).toBeLessThanOrEqual(3e-7);
  });

  it('of a picture that is answered with certainty has a focal loss, and a gradient, of 0', () => {
    const { value, grad } = tf.valueAndGrad(
      (x: Tensor) => crossEntropy(x, tf.tensor1d([1], 'int32'), { focus: 1 }) as Scalar,
    )(tf.tensor2d([-200, 200], [1, 2]));
    expect([...value.dataSync(), ...grad.dataSync()]).toEqual([0, 0, 0].map((x) => expect.closeTo(x, 12)));
  });

  it('of mixed pictures counts as much as the mixture of both classes', () => {
    const logits = tf.tensor2d([1, 2, 3], [1, 3]);
    const one = (label: number) => tf.tensor1d([label], 'int32');
    const mixture = { others: one(1), shares: tf.tensor1d([0.7]) };
    const weights = tf.tensor1d([2, 10, 1]);
    const [plain] = crossEntropy(logits, one(0), { mixture }).dataSync();
    const [weighted] = crossEntropy(logits, one(0), { mixture, weights }).dataSync();
    expect((weighted ?? 0) / (plain ?? 1)).toBeCloseTo(0.7 * 2 + 0.3 * 10, 5);
  });

  it('of mixed pictures is the shares’ mixture of both labels’ losses', () => {
    const logits = tf.tensor2d([1, 2, 3, 0.5, -1, 0], [2, 3]);
    const classes = (...values: number[]) => tf.tensor1d(values, 'int32');
    const lossOf = (classOf: number[], smoothing: number) =>
      [0, 1].map(
        (row) =>
          crossEntropy(logits.slice([row, 0], [1, 3]), classes(classOf[row] ?? 0), {
            smoothing,
          }).dataSync()[0] ?? 0,
      );
    for (const smoothing of [0, 0.2]) {
      const [first, second] = [lossOf([0, 2], smoothing), lossOf([1, 1], smoothing)];
      const shares = tf.tensor1d([0.7, 0.9]);
      const mixed = crossEntropy(logits, classes(0, 2), {
        smoothing,
        mixture: { others: classes(1, 1), shares },
      });
      const expected =
        (0.7 * (first[0] ?? 0) + 0.3 * (second[0] ?? 0) + 0.9 * (first[1] ?? 0) + 0.1 * (second[1] ?? 0)) / 2;
      expect(mixed.dataSync()[0]).toBeCloseTo(expected, 6);
    }
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
