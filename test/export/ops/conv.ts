// Cases: convolutions with every kind of padding, at odd sizes, strides and dilations.
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

interface Setting {
  size: [number, number];
  kernel: [number, number];
  strides?: [number, number];
  dilations?: [number, number];
  pad?: Pad;
  channels?: number;
}

const settings: Setting[] = [
  { size: [7, 5], kernel: [3, 3] },
  { size: [7, 5], kernel: [3, 3], pad: 'valid' },
  { size: [7, 8], kernel: [3, 3], strides: [2, 2] },
  { size: [8, 7], kernel: [3, 2], strides: [2, 3] },
  { size: [9, 9], kernel: [4, 4], strides: [3, 3] },
  { size: [5, 6], kernel: [1, 1], strides: [2, 2] },
  { size: [3, 3], kernel: [5, 5] },
  { size: [11, 9], kernel: [3, 3], dilations: [2, 3] },
  { size: [11, 9], kernel: [3, 3], dilations: [2, 2], pad: 'valid' },
  {
    size: [6, 7],
    kernel: [3, 3],
    strides: [2, 2],
    pad: [
      [0, 0],
      [1, 0],
      [2, 1],
      [0, 0],
    ],
  },
  { size: [6, 6], kernel: [3, 3], channels: 1 },
];

const name = ({ size, kernel, strides = [1, 1], dilations = [1, 1], pad = 'same', channels = 3 }: Setting) =>
  `${size} kernel ${kernel} strides ${strides} dilations ${dilations} pad ${pad} channels ${channels}`;

const conv2d = settings.map((setting): Case => {
  const { size, kernel, strides = [1, 1], dilations = [1, 1], pad = 'same', channels = 3 } = setting;
  const filter = weight('conv', [...kernel, channels, 4]);
  return {
    name: `conv2d ${name(setting)}`,
    inputs: [{ shape: [-1, ...size, channels] }],
    fn: (x) => tf.conv2d(x as Tensor4D, filter as Tensor4D, strides, pad as 'same', 'NHWC', dilations),
  };
});

const depthwise = settings.map((setting): Case => {
  const { size, kernel, strides = [1, 1], dilations = [1, 1], pad = 'same', channels = 3 } = setting;
  const filter = weight('depthwise', [...kernel, channels, 2]);
  return {
    name: `depthwise ${name(setting)}`,
    inputs: [{ shape: [-1, ...size, channels] }],
    fn: (x) =>
      tf.depthwiseConv2d(x as Tensor4D, filter as Tensor4D, strides, pad as 'same', 'NHWC', dilations),
  };
});

const transposed = [
  { size: 4, kernel: 3, stride: 1, target: 4, pad: 'same' as const },
  { size: 4, kernel: 3, stride: 2, target: 8, pad: 'same' as const },
  { size: 4, kernel: 3, stride: 2, target: 7, pad: 'same' as const },
  { size: 3, kernel: 2, stride: 2, target: 6, pad: 'valid' as const },
  { size: 3, kernel: 3, stride: 2, target: 8, pad: 'valid' as const },
].map(({ size, kernel, stride, target, pad }): Case => {
  const filter = weight('transposed', [kernel, kernel, 5, 3]);
  return {
    name: `conv2dTranspose ${size} to ${target} kernel ${kernel} stride ${stride} ${pad}`,
    // tfjs writes the batch into the shape of the result.
    inputs: [{ shape: [-1, size, size, 3] }],
    fn: (x) =>
      tf.conv2dTranspose(
        x as Tensor4D,
        filter as Tensor4D,
        [x.shape[0] ?? 1, target, target, 5],
        stride,
        pad,
      ),
  };
});

export const convCases: Case[] = [
  ...conv2d,
  ...depthwise,
  ...transposed,
  {
    name: 'conv2d in groups',
    inputs: [{ shape: [-1, 5, 5, 6] }],
    fn: (x) =>
      raw(
        'Conv2D',
        [x, weight('groups', [3, 3, 2, 9])],
        [
          eagerAttribute.type('T', DataType.float32),
          eagerAttribute.int('strides', [1, 1, 1, 1]),
          eagerAttribute.string('padding', 'SAME'),
        ],
      ),
  },
  {
    name: 'conv2d with a computed kernel',
    inputs: [{ shape: [-1, 5, 5, 2] }, { shape: [3, 3, 2, 4] }],
    fn: (x, filter) => tf.conv2d(x as Tensor4D, tf.relu(filter as Tensor4D), 1, 'same'),
  },
  {
    name: 'conv1d',
    inputs: [{ shape: [-1, 9, 3] }],
    fn: (x) => tf.conv1d(x as Tensor<never>, weight('conv1d', [3, 3, 4]) as Tensor<never>, 1, 'same'),
  },
  {
    name: 'conv3d',
    inputs: [{ shape: [-1, 4, 5, 6, 2] }],
    fn: (x) => tf.conv3d(x as Tensor5D, weight('conv3d', [2, 3, 3, 2, 3]) as Tensor5D, [1, 2, 1], 'same'),
  },
  {
    name: 'conv3dTranspose',
    inputs: [{ shape: [-1, 3, 4, 2, 3] }],
    fn: (x) => {
      const filter = weight('transposed3d', [3, 2, 3, 5, 3]) as Tensor5D;
      const [batch = 1] = x.shape;
      return [
        tf.conv3dTranspose(x as Tensor5D, filter, [batch, 6, 8, 4, 5], 2, 'same'),
        tf.conv3dTranspose(x as Tensor5D, filter, [batch, 7, 8, 5, 5], 2, 'valid'),
      ];
    },
  },
  {
    name: 'separable conv',
    inputs: [{ shape: [-1, 7, 7, 3] }],
    fn: (x) =>
      tf.separableConv2d(
        x as Tensor4D,
        weight('depth', [3, 3, 3, 2]) as Tensor4D,
        weight('point', [1, 1, 6, 4]) as Tensor4D,
        2,
        'same',
      ),
  },
];
