// Cases: pooling with every kind of padding, at odd sizes and strides.
import type { Tensor4D, Tensor5D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

const settings = [
  { size: [8, 8], window: [2, 2], strides: [2, 2], pad: 'same' },
  { size: [7, 5], window: [2, 2], strides: [2, 2], pad: 'same' },
  { size: [7, 5], window: [2, 2], strides: [2, 2], pad: 'valid' },
  { size: [7, 9], window: [3, 3], strides: [2, 2], pad: 'same' },
  { size: [10, 7], window: [3, 2], strides: [3, 1], pad: 'same' },
  { size: [6, 6], window: [5, 5], strides: [4, 4], pad: 'same' },
  { size: [6, 6], window: [1, 1], strides: [2, 2], pad: 'same' },
  { size: [10, 11], window: [2, 3], strides: [3, 5], pad: 'same' },
  { size: [10, 11], window: [2, 3], strides: [3, 5], pad: 'valid' },
] as const;

export const poolCases: Case[] = [
  ...settings.flatMap(({ size, window, strides, pad }): Case[] =>
    ([tf.maxPool, tf.avgPool] as const).map((pool, i) => ({
      name: `${i === 0 ? 'maxPool' : 'avgPool'} ${size} window ${window} strides ${strides} ${pad}`,
      // Below zero, so that a padding of zeros would show.
      inputs: [{ shape: [-1, ...size, 3], range: [-3, -1] }],
      fn: (x) => pool(x as Tensor4D, [...window], [...strides], pad),
    })),
  ),
  // Of numbers below zero the zeros around are the largest; onnxruntime must not leave the padding to the pool.
  ...[1, 2, 3].map(
    (window): Case => ({
      name: `zeros around, then pools of ${window}`,
      inputs: [{ shape: [-1, 5, 6, 2], range: [-3, -1] }],
      fn: (x) => {
        const around = () =>
          tf.pad(x as Tensor4D, [
            [0, 0],
            [1, 2],
            [2, 0],
            [0, 0],
          ]);
        return [
          tf.maxPool(around(), window, 2, 'valid'),
          tf.avgPool(around(), window, 2, 'valid'),
          tf.maxPool(around(), window, 1, 'same'),
          tf.avgPool(around(), window, 3, 'same'),
          tf.conv2d(around(), weight('behind zeros', [3, 3, 2, 2]) as Tensor4D, 2, 'same'),
        ];
      },
    }),
  ),
  // Windows with gaps between them: at 24, 33, 47 and 37, 16, 47 pixels, the last one lacks a pixel or not.
  {
    name: 'windows smaller than their strides over pictures of any size',
    inputs: [{ shape: [-1, 'height', 'width', 2], range: [-3, -1] }],
    fn: (x) =>
      ([tf.maxPool, tf.avgPool] as const).flatMap((pool) => [
        pool(x as Tensor4D, 1, 2, 'same'),
        pool(x as Tensor4D, 2, 3, 'same'),
        pool(x as Tensor4D, [2, 1], [5, 4], 'same'),
        pool(x as Tensor4D, 3, 5, 'valid'),
      ]),
  },
  {
    name: 'maxPool3d',
    inputs: [{ shape: [-1, 5, 5, 5, 2] }],
    fn: (x) => tf.maxPool3d(x as Tensor5D, 2, 2, 'same'),
  },
  {
    name: 'avgPool3d',
    inputs: [{ shape: [-1, 5, 5, 5, 2] }],
    fn: (x) => tf.avgPool3d(x as Tensor5D, [2, 3, 2], 2, 'same'),
  },
];
