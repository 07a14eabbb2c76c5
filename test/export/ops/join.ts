// Cases: putting together, with vectors and with pictures in both layouts.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const pictures = { shape: [-1, 4, 5, 2] };

const behindConv = (x: Tensor): Tensor =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 6]) as Tensor4D, 1, 'same');

export const joinCases: Case[] = [
  {
    name: 'concat',
    inputs: [pictures, pictures],
    fn: (x, y) => [
      tf.concat([x as Tensor, y as Tensor], 0),
      tf.concat([x as Tensor, y as Tensor], -1),
      tf.concat([behindConv(x as Tensor), y as Tensor], 3),
      tf.concat([behindConv(x as Tensor), behindConv(y as Tensor)], 1),
    ],
  },
  {
    name: 'stack',
    inputs: [pictures, pictures],
    fn: (x, y) => [
      tf.stack([x as Tensor, y as Tensor], 1),
      tf.stack([behindConv(x as Tensor), behindConv(y as Tensor)], 4),
    ],
  },
  {
    name: 'pad',
    inputs: [pictures],
    fn: (x) =>
      [x, behindConv(x)].flatMap((y) => [
        tf.pad(y, [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ]),
        tf.pad(
          y,
          [
            [0, 0],
            [0, 0],
            [3, 0],
            [1, 2],
          ],
          -1.5,
        ),
        tf.mirrorPad(
          y,
          [
            [0, 0],
            [1, 2],
            [2, 0],
            [0, 0],
          ],
          'reflect',
        ),
        tf.mirrorPad(
          y,
          [
            [0, 0],
            [1, 2],
            [2, 0],
            [0, 1],
          ],
          'symmetric',
        ),
      ]),
  },
  {
    name: 'Pad',
    inputs: [pictures],
    fn: (x) =>
      raw(
        'Pad',
        [
          behindConv(x),
          tf.tensor2d(
            [
              [0, 0],
              [1, 2],
              [0, 1],
              [0, 0],
            ],
            [4, 2],
            'int32',
          ),
        ],
        [eagerAttribute.type('T', DataType.float32), eagerAttribute.type('Tpaddings', DataType.int32)],
      ),
  },
  {
    name: 'diag',
    inputs: [{ shape: [4] }, { shape: [2, 3] }],
    fn: (x, y) => [tf.diag(x as Tensor), tf.diag(y as Tensor)],
  },
  {
    name: 'numbers that constants decide',
    inputs: [{ shape: [-1, 5] }],
    fn: (x) => [tf.add(x, tf.range(0, 5)), tf.mul(x, tf.linspace(0, 1, 5))],
  },
  {
    name: 'tile',
    inputs: [pictures],
    fn: (x) => [tf.tile(x, [1, 2, 1, 3]), tf.tile(behindConv(x), [1, 2, 1, 3]), tf.tile(x, [2, 1, 1, 1])],
  },
  {
    name: 'oneHot',
    inputs: [{ shape: [-1, 3], type: 'int32', range: [0, 5] }],
    fn: (x) => [
      tf.oneHot(x as Tensor<never>, 5),
      tf.cast(tf.oneHot(x as Tensor<never>, 5, 2, -1), 'float32'),
      raw(
        'OneHot',
        [x, tf.scalar(5, 'int32'), tf.scalar(1.5), tf.scalar(-0.5)],
        [
          eagerAttribute.int('axis', -1),
          eagerAttribute.type('T', DataType.float32),
          eagerAttribute.type('TI', DataType.int32),
        ],
      ),
    ],
  },
  {
    name: 'oneHot of what points nowhere',
    inputs: [{ shape: [-1, 40], type: 'int32', range: [-12, 12] }],
    fn: (x) => [tf.oneHot(x as Tensor<never>, 5), tf.oneHot(x as Tensor<never>, 2, 2, -1)],
  },
  {
    name: 'a range as long as the batch',
    inputs: [{ shape: [-1, 5] }],
    fn: (x) => {
      const n = x.shape[0] ?? 1;
      return [
        tf.mul(tf.expandDims(tf.range(0, n), 1), x),
        tf.add(tf.reshape(tf.range(0, 2 * n, 2, 'int32'), [n, 1]), tf.zeros([1, 5], 'int32')),
      ];
    },
  },
  {
    name: 'zerosLike and onesLike',
    inputs: [pictures, { shape: [-1, 3], type: 'int32' }, { shape: [-1, 3], type: 'bool' }],
    fn: (x, y, z) =>
      [behindConv(x as Tensor), y as Tensor, z as Tensor].flatMap((t) => [
        raw('ZerosLike', [t], [eagerAttribute.type('T', typeOf(t))]),
        raw('OnesLike', [t], [eagerAttribute.type('T', typeOf(t))]),
      ]),
  },
];

function typeOf({ dtype }: Tensor): number {
  return dtype === 'int32' ? DataType.int32 : dtype === 'bool' ? DataType.bool : DataType.float32;
}
