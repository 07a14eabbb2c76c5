// Arithmetic is left out only where it changes neither values nor shape: held against tfjs-node.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../models/onnx/schema.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { type Case, exportCase, largestDifference, operatorCounts } from '../support.ts';

describe.each<[string, readonly number[], (x: Tensor) => Tensor, Record<string, number>]>([
  ['x + 0', [-1, 3], (x) => tf.add(x, 0), {}],
  ['0 + x', [-1, 3], (x) => tf.add(0, x), {}],
  ['x - 0', [-1, 3], (x) => tf.sub(x, 0), {}],
  ['x / 1', [-1, 3], (x) => tf.div(x, 1), {}],
  ['1 * x', [-1, 3], (x) => tf.mul(1, x), {}],
  ['0 - x', [-1, 3], (x) => tf.sub(0, x), { Sub: 1 }],
  ['1 / x', [-1, 3], (x) => tf.div(1, x), { Div: 1 }],
  ['x + [0, 0], where x is one number', [-1, 1], (x) => tf.add(x, tf.tensor1d([0, 0])), { Add: 1 }],
  ['x * [[1], [1]], where x is a row', [1, 3], (x) => tf.mul(x, tf.tensor2d([[1], [1]])), { Mul: 1 }],
  ['x + [0, 1e-30]', [-1, 2], (x) => tf.add(x, tf.tensor1d([0, 1e-30])), { Add: 1 }],
])('%s', (name, shape, fn, expected) => {
  const subject: Case = { name, inputs: [{ shape }], fn: (x) => tf.abs(fn(tf.neg(x))) };
  it('is kept where it does something, and the file computes what TensorFlow does', async () => {
    const made = exportCase(subject);
    const { Neg: _n, Abs: _a, ...others } = operatorCounts(made);
    expect(others).toEqual(expected);
    const batches = shape[0] === -1 ? [1, 2, 7] : [1];
    expect(await largestDifference(subject, encodeModel(made), batches)).toBe(0);
  });
});
