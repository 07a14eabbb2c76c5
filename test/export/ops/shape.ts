// Cases: reshapes and transpositions, also right behind a convolution.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const behindConv = (x: Tensor, filters = 4): Tensor =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, x.shape[3] ?? 1, filters]) as Tensor4D, 1, 'same');

const broadcasting = [
  eagerAttribute.type('T', DataType.float32),
  eagerAttribute.type('Tidx', DataType.int32),
];

const batch = (x: Tensor) => x.shape[0] ?? 1;

export const shapeCases: Case[] = [
  {
    name: 'flatten behind a convolution',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => tf.reshape(behindConv(x), [batch(x), 60]),
  },
  {
    name: 'flatten one channel',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => tf.reshape(behindConv(x, 1), [batch(x), 15]),
  },
  {
    name: 'flatten one place',
    inputs: [{ shape: [-1, 1, 1, 2] }],
    fn: (x) => tf.reshape(behindConv(x), [batch(x), 4]),
  },
  {
    name: 'reshape to the same shape',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => tf.relu(tf.reshape(behindConv(x), [batch(x), 3, 5, 4])),
  },
  {
    name: 'reshape to swapped axes of one channel',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => tf.relu(tf.reshape(behindConv(x, 1), [batch(x), 1, 3, 5])),
  },
  {
    name: 'the batch in another place, and back',
    inputs: [{ shape: [-1, 6] }],
    fn: (x) => tf.reshape(tf.relu(tf.reshape(x, [2, batch(x), 3])), [batch(x), 6]),
  },
  {
    name: 'the batch times something',
    inputs: [{ shape: [-1, 6] }],
    fn: (x) => tf.reshape(tf.relu(tf.reshape(x, [batch(x) * 2, 3])), [batch(x), 3, 2]),
  },
  {
    name: 'reshape of a reshape',
    inputs: [{ shape: [-1, 12] }],
    fn: (x) => tf.reshape(tf.reshape(x, [batch(x), 3, 4]), [batch(x), 2, 6]),
  },
  {
    name: 'expandDims and squeeze',
    inputs: [{ shape: [-1, 3] }],
    fn: (x) => [
      tf.expandDims(x, 1),
      tf.expandDims(x, -1),
      tf.expandDims(x, 0),
      tf.squeeze(tf.expandDims(x, 2), [2]),
    ],
  },
  {
    name: 'Squeeze',
    inputs: [{ shape: [-1, 1, 1, 2] }],
    fn: (x) =>
      raw(
        'Squeeze',
        [behindConv(x)],
        [eagerAttribute.type('T', DataType.float32), eagerAttribute.int('squeeze_dims', [1, 2])],
      ),
  },
  {
    name: 'broadcastTo',
    inputs: [{ shape: [-1, 3, 1, 2] }, { shape: [-1, 'height', 1, 3] }],
    fn: (x, y) => [
      tf.broadcastTo(behindConv(x), [batch(x), 3, 5, 4]),
      raw('BroadcastTo', [x, tf.tensor1d([2, batch(x), 3, 4, 2], 'int32')], broadcasting),
      raw('BroadcastTo', [y, tf.tensor1d([batch(y), y.shape[1] ?? 1, 2, 3], 'int32')], broadcasting),
    ],
  },
  {
    name: 'transpose',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => {
      const y = behindConv(x);
      return [
        tf.transpose(x, [0, 2, 1, 3]),
        tf.transpose(y, [0, 3, 1, 2]),
        tf.transpose(y, [0, 2, 1, 3]),
        tf.transpose(y, [3, 0, 1, 2]),
        tf.transpose(y, [0, 1, 2, 3]),
      ];
    },
  },
  {
    name: 'transpose there and back',
    inputs: [{ shape: [-1, 3, 5, 2] }],
    fn: (x) => tf.relu(tf.transpose(tf.transpose(x, [0, 3, 1, 2]), [0, 2, 3, 1])),
  },
  {
    name: 'channels first by hand',
    inputs: [{ shape: [-1, 2, 3, 5] }],
    fn: (x) => tf.transpose(behindConv(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]),
  },
];
