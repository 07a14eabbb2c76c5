// The losses of labels and numbers, and their gradients, are those that NumPy has in float64 from other formulas.
import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { distanceOf, labelsCrossEntropy } from '../../../train/layers/target-loss.ts';
import { labelsLoss, numbersLoss } from '../../../train/tasks/losses.ts';
import { python } from '../../python.ts';

// Zero, where the terms of the formula have no derivative, and logits whose exponentials overflow in float32.
const outputs = [0, 0, 1, -1, 0.3, -2.5, 8, -8, 120, -120, 0.99, 1.01];
const targets = [0, 1, 1, 0, 0.25, 1, 0, 1, 1, 0, 0, 0];
const shape: [number, number] = [4, 3];

/** The gradients are differences of the losses over a step in float64, from a formula that has no absolute value. */
const REFERENCE = `
import sys, json, numpy as np
x, t = (np.array(v, dtype=np.float64) for v in json.load(sys.stdin))
def labels(x, s): 
    a = t * (1 - s) + s / 2
    return a * np.logaddexp(0, -x) + (1 - a) * np.logaddexp(0, x)
d = lambda x: x - t
losses = {
  'labels/0': lambda x: labels(x, 0), 'labels/0.2': lambda x: labels(x, 0.2),
  'l1': lambda x: np.abs(d(x)), 'l2': lambda x: d(x) ** 2,
  'huber': lambda x: np.where(np.abs(d(x)) < 1, d(x) ** 2 / 2, np.abs(d(x)) - 0.5),
}
h = 1e-6
print(json.dumps({k: [float(f(x).mean()), ((f(x + h) - f(x - h)) / (2 * h) / x.size).tolist()] for k, f in losses.items()}))
`;
const expected: Record<string, [loss: number, gradient: number[]]> = JSON.parse(
  python(REFERENCE, [], Buffer.from(JSON.stringify([outputs, targets]))),
);

function computed(loss: (x: Tensor, t: Tensor) => Tensor): [loss: number, gradient: number[]] {
  const t = tf.tensor2d(targets, shape);
  const { value, grad } = tf.valueAndGrad((x: Tensor) => loss(x, t) as Scalar)(tf.tensor2d(outputs, shape));
  return [value.dataSync()[0] ?? Number.NaN, [...grad.dataSync()]];
}

function expectAlike([loss, gradient]: [number, number[]], name: string): void {
  const [value, derivative] = expected[name] ?? [Number.NaN, []];
  // Measured: 9e-8 of the loss; differences over a step of 1e-6 are right to 1e-8.
  expect(Math.abs(loss / value - 1)).toBeLessThan(3e-7);
  expect(gradient).toHaveLength(derivative.length);
  for (const [i, each] of gradient.entries()) {
    const wanted = derivative[i] ?? Number.NaN;
    expect(Math.abs(each - wanted) / Math.max(1, Math.abs(wanted)), `${name} ${i}`).toBeLessThan(5e-8);
  }
}

describe('losses of targets', () => {
  it.each([0, 0.2])('several labels, smoothed by %f', (smoothing) => {
    expectAlike(
      computed((x, t) => labelsCrossEntropy(x, t, smoothing)),
      `labels/${smoothing}`,
    );
  });

  it.each(['l1', 'l2', 'huber'] as const)('numbers: %s', (name) => {
    expectAlike(
      computed((x, t) => distanceOf(name, x, t)),
      name,
    );
  });

  it('are the same in evaluation', () => {
    expect(labelsLoss(outputs, targets)).toBeCloseTo(expected['labels/0']?.[0] ?? Number.NaN, 12);
    for (const name of ['l1', 'l2', 'huber'] as const) {
      // In units of a deviation of 2, from numbers twice as large.
      const [twice, wanted] = [outputs, targets].map((all) => all.map((value) => 2 * value));
      const loss = numbersLoss(name, twice ?? [], wanted ?? [], new Array<number>(12).fill(2));
      expect(loss, name).toBeCloseTo(expected[name]?.[0] ?? Number.NaN, 12);
    }
  });
});
