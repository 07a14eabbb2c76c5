// The loss of distillation, its gradient and the softened answers are PyTorch's.
import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { softened } from '../../../train/distill/soften.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { distillation } from '../../../train/layers/distill-loss.ts';
import { difference, example, reference } from '../torch/example.ts';

const shape: [number, number] = [6, 5];
const logits = tf.tensor2d(
  example(0, 1, 30).map((value) => 4 * value),
  shape,
);
const teacher = tf.tensor2d(reference('distill/teacher'), shape);

describe.each([
  ['single', '', false],
  ['multi', 'labels/', true],
] as const)('distillation of the task %s', (task, prefix, independent) => {
  it.each([1, 4])('is PyTorch’s at temperature %f', (temperature) => {
    const probabilities = (
      independent ? tf.sigmoid(teacher) : tf.softmax(teacher)
    ).dataSync() as Float32Array;
    const soft = softened(probabilities, shape[1], task, temperature);
    const name = `distill/${prefix}${temperature}`;
    // Measured: 4e-7, where 1 - p has lost digits; 1e-7 of one class.
    expect(difference(soft, reference(`${name}/soft`))).toBeLessThanOrEqual(1e-6);
    const { value, grad } = tf.valueAndGrad(
      (x: Tensor) => distillation(x, tf.tensor2d(soft, shape), temperature, independent) as Scalar,
    )(logits);
    expect(difference(value.dataSync(), reference(`${name}/loss`))).toBeLessThanOrEqual(2e-6);
    expect(difference(grad.dataSync(), reference(`${name}/gradient`))).toBeLessThanOrEqual(2e-6);
  });
});

it('is 0, with a gradient of 0, for a student that answers as its teacher does, also where that is certain', () => {
  const rows = tf.tensor2d([200, -200, 1, 2], [2, 2]);
  const soft = softened(tf.softmax(rows).dataSync() as Float32Array, 2, 'single', 1);
  expect([...soft].every(Number.isFinite)).toBe(true);
  const { value, grad } = tf.valueAndGrad(
    (x: Tensor) => distillation(x, tf.tensor2d(soft, [2, 2]), 1) as Scalar,
  )(rows);
  expect([...value.dataSync(), ...grad.dataSync()]).toEqual(Array(5).fill(expect.closeTo(0, 6)));
});
