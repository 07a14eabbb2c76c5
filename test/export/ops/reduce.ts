// Cases: reductions over every kind of axis, on vectors and on pictures with channels first.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

type Reduce = (x: Tensor, axis: number[], keep: boolean) => Tensor;

const reductions: Record<string, Reduce> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
};

const axes = [[1], [2], [3], [-1], [1, 2], [1, 3], [1, 2, 3], [0]];

const behindConv = (x: Tensor): Tensor =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 4]) as Tensor4D, 1, 'same');

const floats = Object.entries(reductions).flatMap(([name, reduce]) =>
  axes.map(
    (over): Case => ({
      name: `${name} over ${over}`,
      inputs: [{ shape: [-1, 3, 5, 2] }],
      fn: (x) => {
        const y = behindConv(x);
        return [reduce(x, over, false), reduce(x, over, true), reduce(y, over, false), reduce(y, over, true)];
      },
    }),
  ),
);

export const reduceCases: Case[] = [
  ...floats,
  {
    name: 'whole numbers',
    inputs: [{ shape: [-1, 6], type: 'int32', range: [-3, 3] }],
    fn: (x) => [tf.sum(x, 1), tf.max(x, 1), tf.min(x, 1), tf.prod(x, 1), tf.mean(x, 1)],
  },
  {
    name: 'everything to one number',
    inputs: [{ shape: [-1, 3, 2] }],
    fn: (x) => [tf.sum(x), tf.mean(x), tf.max(x)],
  },
  {
    name: 'nothing',
    inputs: [{ shape: [-1, 3] }],
    fn: (x) => tf.relu(tf.sum(x, [])),
  },
  {
    name: 'all and any',
    inputs: [{ shape: [-1, 2, 2], type: 'bool' }],
    fn: (x) => [tf.all(x, 2), tf.any(x, 2), tf.all(x, 1, true), tf.any(x, [1, 2])],
  },
  {
    name: 'argMax and argMin',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => {
      const y = behindConv(x);
      return [1, 2, 3].flatMap((axis) => [x, y].flatMap((z) => [tf.argMax(z, axis), tf.argMin(z, axis)]));
    },
  },
  {
    name: 'variance and norm',
    inputs: [{ shape: [-1, 4, 4, 2] }],
    fn: (x) => {
      const { mean, variance } = tf.moments(behindConv(x), [1, 2]);
      return [mean, variance, tf.norm(x, 'euclidean', 3)];
    },
  },
];
