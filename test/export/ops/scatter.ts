// Cases: places by index into several axes, counts and segments.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

const indices = (...values: number[][]) => tf.tensor2d(values, undefined, 'int32');

export const scatterCases: Case[] = [
  {
    name: 'gatherND',
    inputs: [{ shape: [-1, 3, 2] }],
    fn: (x) => [
      tf.gatherND(tf.transpose(x, [1, 0, 2]), tf.tensor2d([[2], [0]], undefined, 'int32')),
      tf.gatherND(x, indices([0, 1, 1], [0, 2, 0])),
    ],
  },
  {
    name: 'gather with batch dimensions',
    inputs: [{ shape: [-1, 5, 2] }, { shape: [-1, 3], type: 'int32', range: [0, 5] }],
    fn: (x, places) => tf.gather(x as Tensor, places as Tensor1D, 1, 1),
  },
  {
    name: 'scatterND, twice at one place',
    oldest: 16,
    inputs: [{ shape: [3, 2] }],
    fn: (x) => tf.scatterND(indices([4], [1], [4]), x, [6, 2]),
  },
  {
    name: 'tensorScatterUpdate',
    inputs: [{ shape: [-1, 4] }],
    fn: (x) =>
      tf.tensorScatterUpdate(tf.transpose(x), indices([3], [0]), tf.transpose(tf.slice(x, [0, 0], [-1, 2]))),
  },
  {
    name: 'sparseToDense',
    inputs: [{ shape: [3] }],
    fn: (x) => [
      tf.sparseToDense(tf.tensor1d([0, 2, 5], 'int32'), x as Tensor1D, [7], 0.5),
      tf.sparseToDense(indices([0, 1], [1, 0], [2, 2]), x as Tensor1D, [3, 3]),
    ],
  },
  {
    name: 'unsortedSegmentSum, some in no segment',
    oldest: 16,
    inputs: [{ shape: [5, 3] }, { shape: [5], type: 'int32', range: [-1, 3] }],
    fn: (x, ids) => tf.unsortedSegmentSum(x as Tensor, ids as Tensor1D, 4),
  },
  {
    name: 'bincount',
    inputs: [{ shape: [9], type: 'int32', range: [0, 7] }],
    fn: (x) => [
      tf.bincount(x as Tensor1D, weight('counts', [9]) as Tensor1D, 5),
      tf.bincount(x as Tensor1D, tf.tensor1d([]), 7),
    ],
  },
];
