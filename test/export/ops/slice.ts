// Cases: taking parts, of vectors and of pictures with channels first.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

const pictures = { shape: [-1, 4, 5, 2] };

const behindConv = (x: Tensor): Tensor =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 6]) as Tensor4D, 1, 'same');

const batch = (x: Tensor) => x.shape[0] ?? 1;

export const sliceCases: Case[] = [
  {
    name: 'slice',
    inputs: [pictures],
    fn: (x) => {
      const n = batch(x);
      return [x, behindConv(x)].flatMap((y) => [
        tf.slice(y, [0, 1, 2, 1], [n, 2, 3, 1]),
        tf.slice(y, [0, 0, 0, 0], [n, 4, 5, 2]),
        tf.slice(y, [0, 1], [n, 3]),
        tf.slice(y, [0, 1, 0, 0], [1, 1, 5, 2]),
      ]);
    },
  },
  {
    name: 'stridedSlice',
    inputs: [pictures],
    fn: (x) => {
      const n = batch(x);
      return [x, behindConv(x)].flatMap((y) => [
        tf.stridedSlice(y, [0, 0, 1, 0], [n, 4, 5, 2], [1, 2, 2, 1]),
        tf.stridedSlice(y, [0, 3, 4, 0], [n, 0, 0, 2], [1, -1, -2, 1]),
        tf.stridedSlice(y, [0, 0, 1, 0], [0, 0, -1, 0], [1, 1, 1, 1], 0b1010, 0b1011),
        tf.stridedSlice(y, [0, 1], [n, 2], [1, 1], 0, 0, 0, 0, 0b10),
        tf.stridedSlice(y, [0, 0, 1], [n, 0, 2], [1, 1, 1], 0, 0, 0b10),
        tf.stridedSlice(y, [0, 0, 1, 0], [n, 0, 2, 0], [1, 1, 1, 1], 0, 0, 0b10, 0b1000, 0b100),
        tf.stridedSlice(y, [0, 1, 0], [n, 2, 0], [1, 1, 1], 0, 0, 0b100, 0, 0b10),
        tf.stridedSlice(y, [0, 0, 1], [n, 0, 3], [1, 1, 1], 0, 0, 0, 0b10),
        tf.stridedSlice(y, [0, 0, 0, -1], [n, 4, 5, 0], [1, 1, 1, 1], 0, 0, 0, 0, 0b1000),
      ]);
    },
  },
  {
    name: 'split',
    inputs: [pictures],
    fn: (x) => [
      ...tf.split(x, 2, 1),
      ...tf.split(behindConv(x), 3, 3),
      ...tf.split(behindConv(x), [1, 4], 2),
      ...tf.split(x, 1, 3),
    ],
  },
  {
    name: 'Split',
    inputs: [pictures],
    fn: (x) =>
      [x, behindConv(x)].flatMap((y) =>
        backend.executeMultipleOutputs(
          'Split',
          [eagerAttribute.int('num_split', 2), eagerAttribute.type('T', DataType.float32)],
          [tf.scalar(-1, 'int32'), y],
          2,
        ),
      ),
  },
  {
    name: 'unstack',
    inputs: [pictures],
    fn: (x) => [...tf.unstack(x, 1), ...tf.unstack(behindConv(x), 2), ...tf.unstack(behindConv(x), 3)],
  },
  {
    name: 'reverse',
    inputs: [pictures],
    fn: (x) => [tf.reverse(x, [1, 2]), tf.reverse(behindConv(x), -1), tf.image.flipLeftRight(x as Tensor4D)],
  },
  {
    name: 'gather',
    inputs: [pictures],
    fn: (x) => [
      tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 1),
      tf.gather(behindConv(x), tf.tensor1d([5, 0], 'int32'), 3),
    ],
  },
  {
    name: 'topk',
    inputs: [{ shape: [-1, 9] }],
    fn: (x) => {
      const { values, indices } = tf.topk(x, 3);
      return [values, indices];
    },
  },
  {
    name: 'cumprod',
    inputs: [pictures],
    fn: (x) =>
      [false, true].flatMap((exclusive) =>
        [false, true].flatMap((reverse) => [
          tf.cumprod(x, 1, exclusive, reverse),
          tf.cumprod(behindConv(x), -1, exclusive, reverse),
        ]),
      ),
  },
  {
    name: 'cumsum',
    inputs: [pictures],
    fn: (x) => [tf.cumsum(x, 1), tf.cumsum(behindConv(x), 3, true, true)],
  },
];
