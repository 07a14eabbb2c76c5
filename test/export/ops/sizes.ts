// Cases: height and width that vary, and shapes that are computed when the model runs.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

const pictures = { shape: [-1, 'height', 'width', 3] as const };

const conv = (x: Tensor, name: string, filters: number, stride: number, pad: 'same' | 'valid' = 'same') =>
  tf.conv2d(x as Tensor4D, weight(name, [3, 3, x.shape[3] ?? 1, filters]) as Tensor4D, stride, pad);

const sizeOf = ({ shape }: Tensor) => [shape[1] ?? 1, shape[2] ?? 1] as [number, number];

const twice = (x: Tensor): [number, number] => {
  const [height, width] = sizeOf(x);
  return [height * 2, width * 2];
};

export const sizeCases: Case[] = [
  {
    name: 'a classifier of pictures of any size',
    inputs: [pictures],
    fn: (x) => {
      const y = tf.maxPool(tf.relu(conv(x, 'first', 4, 2)), 3, 2, 'same');
      const z = tf.relu(conv(y, 'second', 6, 1, 'valid'));
      return tf.softmax(tf.matMul(tf.mean(z, [1, 2]), weight('head', [6, 3])));
    },
  },
  {
    name: 'pools, depthwise and strided convolutions, even and odd',
    inputs: [pictures],
    fn: (x) => [
      tf.avgPool(x as Tensor4D, 2, 2, 'same'),
      tf.avgPool(x as Tensor4D, 3, 3, 'same'),
      tf.maxPool(x as Tensor4D, 3, 2, 'valid'),
      tf.depthwiseConv2d(x as Tensor4D, weight('depthwise', [3, 3, 3, 2]) as Tensor4D, 2, 'same'),
      tf.conv2d(x as Tensor4D, weight('wide', [4, 5, 3, 2]) as Tensor4D, [3, 2], 'same'),
      tf.conv2d(x as Tensor4D, weight('apart', [3, 3, 3, 2]) as Tensor4D, 1, 'same', 'NHWC', 2),
    ],
  },
  {
    name: 'zeros around, then strided convolutions that pad as well',
    inputs: [pictures],
    fn: (x) => {
      const around = tf.pad(x as Tensor4D, [
        [0, 0],
        [0, 1],
        [1, 2],
        [0, 0],
      ]);
      return [
        conv(around, 'behind', 4, 2),
        conv(around, 'behind', 4, 3),
        tf.depthwiseConv2d(around, weight('depthwise', [3, 3, 3, 2]) as Tensor4D, 2, 'same'),
        conv(around, 'behind', 4, 1),
        conv(around, 'behind', 4, 2, 'valid'),
      ];
    },
  },
  {
    name: 'transposed convolutions',
    inputs: [pictures],
    fn: (x) => {
      const filter = weight('transposed', [3, 3, 4, 3]) as Tensor4D;
      const [height, width] = sizeOf(x);
      const batch = x.shape[0] ?? 1;
      return [
        tf.conv2dTranspose(x as Tensor4D, filter, [batch, height * 2, width * 2, 4], 2, 'same'),
        tf.conv2dTranspose(x as Tensor4D, filter, [batch, height * 2 + 1, width * 2 + 1, 4], 2, 'valid'),
      ];
    },
  },
  {
    name: 'larger, smaller, and to one size',
    inputs: [pictures],
    // Where between two pixels the result looks is rounded elsewhere in the two: 1.7e-5 measured.
    tolerance: 3e-5,
    fn: (x) => {
      const small = conv(x, 'half', 3, 2);
      return [
        tf.image.resizeNearestNeighbor(x as Tensor4D, twice(x)),
        tf.image.resizeBilinear(conv(x, 'same', 2, 1), twice(x)),
        tf.image.resizeBilinear(small, sizeOf(x)),
        tf.image.resizeBilinear(x as Tensor4D, [9, 11]),
      ];
    },
  },
  {
    name: 'an encoder and decoder with a shortcut',
    inputs: [{ shape: [-1, 'height', 'width', 3] }],
    fn: (x) => {
      const y = conv(x, 'down', 4, 2);
      const z = tf.image.resizeBilinear(tf.relu(y), sizeOf(x));
      return tf.sigmoid(conv(tf.concat([x as Tensor4D, z as Tensor4D], 3), 'last', 1, 1));
    },
  },
  {
    name: 'places as a sequence, and back',
    inputs: [pictures],
    // A softmax over products that are not scaled: 1.1e-5 measured.
    tolerance: 2e-5,
    fn: (x) => {
      const y = conv(x, 'tokens', 4, 3);
      const [batch = 1, height = 1, width = 1] = y.shape;
      const tokens = tf.reshape(y, [batch, height * width, 4]);
      const scores = tf.softmax(tf.matMul(tokens, tokens, false, true));
      return tf.reshape(tf.matMul(scores, tokens), [batch, height, width, 4]);
    },
  },
  {
    name: 'cut, padded, turned and repeated',
    inputs: [pictures],
    fn: (x) => {
      const [batch = 1, height = 1, width = 1] = x.shape;
      return [
        tf.slice(x, [0, 1, 0, 0], [batch, height - 1, width, 2]),
        tf.pad(x, [
          [0, 0],
          [1, 2],
          [0, 3],
          [0, 0],
        ]),
        tf.reverse(x, 2),
        tf.transpose(x, [0, 2, 1, 3]),
        tf.tile(x, [1, 2, 1, 1]),
      ];
    },
  },
  {
    name: 'cut at both ends',
    inputs: [pictures],
    fn: (x) => {
      const [batch = 1, height = 1, width = 1] = x.shape;
      return [
        tf.slice(x, [0, 1, 2, 0], [batch, height - 3, width - 2, 3]),
        tf.slice(x, [0, height - 5, width - 4, 1], [batch, 2, 4, 2]),
        tf.stridedSlice(x, [0, 1, width - 7, 0], [batch, height - 1, width - 2, 3], [1, 2, 1, 1]),
        tf.stridedSlice(x, [0, height - 1, 0, 0], [batch, height, width, 3], [1, 1, 3, 1]),
      ];
    },
  },
  {
    name: 'filled and repeated as often as there are pictures',
    inputs: [{ shape: [-1, 3] }],
    fn: (x) => {
      const [batch = 1] = x.shape;
      return [
        tf.concat([x, tf.zeros([batch, 2])], 1),
        tf.concat([x, tf.fill([batch, 2], 1.5)], 1),
        tf.tile(weight('row', [1, 4]), [batch, 1]),
        tf.concat([tf.zeros([2, batch], 'int32'), tf.ones([2, batch], 'int32')], 0),
      ];
    },
  },
  {
    name: 'a cell that is run step by step',
    inputs: [{ shape: [-1, 4, 3] }],
    fn: (x) => {
      let state: Tensor = tf.zeros([x.shape[0] ?? 1, 5]);
      for (const input of tf.unstack(x as Tensor3D, 1))
        state = tf.tanh(
          tf.add(tf.matMul(input, weight('in', [3, 5])), tf.matMul(state, weight('again', [5, 5]))),
        );
      return state;
    },
  },
];
