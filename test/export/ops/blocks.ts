// Cases: blocks of places in the batch and in the channels, and gray morphology.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const behindConv = (x: Tensor): Tensor4D =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, x.shape[3] ?? 1, 4]) as Tensor4D, 1, 'same');

export const blockCases: Case[] = [
  {
    name: 'spaceToBatchND',
    inputs: [{ shape: [-1, 5, 6, 2] }],
    fn: (x) =>
      [x, behindConv(x)].map((y) =>
        tf.spaceToBatchND(
          y,
          [2, 3],
          [
            [1, 0],
            [2, 1],
          ],
        ),
      ),
  },
  {
    name: 'blocks along one axis',
    inputs: [{ shape: [-1, 5, 3, 2] }],
    fn: (x) =>
      [x, behindConv(x)].flatMap((y) => {
        const blocks = tf.spaceToBatchND(y, [2], [[1, 0]]);
        return [blocks, tf.batchToSpaceND(blocks, [2], [[1, 0]])];
      }),
  },
  {
    name: 'a dilated convolution as TensorFlow 1 writes it',
    inputs: [{ shape: [-1, 6, 6, 2] }],
    fn: (x) => {
      const blocks = tf.spaceToBatchND(
        behindConv(x),
        [2, 2],
        [
          [2, 2],
          [2, 2],
        ],
      );
      const y = tf.conv2d(blocks as Tensor4D, weight('inside', [3, 3, 4, 3]) as Tensor4D, 1, 'valid');
      return [
        tf.batchToSpaceND(
          y,
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
        tf.batchToSpaceND(
          y,
          [2, 2],
          [
            [1, 0],
            [0, 2],
          ],
        ),
      ];
    },
  },
  {
    name: 'SpaceToDepth',
    inputs: [{ shape: [-1, 4, 6, 2] }],
    fn: (x) =>
      raw(
        'SpaceToDepth',
        [behindConv(x)],
        [
          eagerAttribute.type('T', DataType.float32),
          eagerAttribute.int('block_size', 2),
          eagerAttribute.string('data_format', 'NHWC'),
        ],
      ),
  },
];

export const morphologyCases: Case[] = (['same', 'valid'] as const).map((pad) => ({
  name: `dilation2d ${pad}`,
  inputs: [{ shape: [-1, 7, 6, 2] }],
  fn: (x) => [
    tf.dilation2d(x as Tensor4D, weight('filter', [3, 2, 2]) as Tensor3D, 1, pad),
    tf.dilation2d(behindConv(x), weight('wider', [2, 2, 4]) as Tensor3D, [2, 3], pad, [2, 1]),
  ],
}));
