// Cases: activations, on vectors and behind a convolution, where channels come first.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const float = [eagerAttribute.type('T', DataType.float32)];

/** x/2 erfc(-x / sqrt 2), as tf.nn.gelu has it since TensorFlow 2.13. */
export const kerasGelu = (x: Tensor) =>
  tf.mul(tf.mul(0.5, x), raw('Erfc', [tf.mul(tf.neg(x), Math.SQRT1_2)], float));

const activations: Record<string, (x: Tensor) => Tensor> = {
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(tf.mul(x, 5)),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softplus: (x) => tf.softplus(x),
  softsign: (x) => raw('Softsign', [x], float),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => raw('LogSoftmax', [x], float),
  'logSoftmax as tfjs writes it': (x) => tf.logSoftmax(x),
  prelu: (x) => tf.prelu(x, weight('prelu', [4])),
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  'gelu as Keras writes it': kerasGelu,
  hardSwish: (x) => tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6)),
};

const ofWhole: Case = {
  name: 'relu of whole numbers',
  inputs: [{ shape: [-1, 4], type: 'int32', range: [-9, 9] }],
  fn: (x) => [tf.relu(x), tf.relu6(x)],
};

export const activationCases: Case[] = [
  ofWhole,
  ...Object.entries(activations).flatMap(([name, fn]): Case[] => [
    { name: `${name} of vectors`, inputs: [{ shape: [-1, 4] }], fn: (x) => fn(x) },
    {
      name: `${name} of zeros, small and large numbers`,
      inputs: [{ shape: [-1, 9, 4], among: [0, -0, 1, -1, 1e-6, 0.5, -3, 3, 6, -20, 90, -100, 1e4, -1e4] }],
      fn: (x) => fn(x),
    },
    {
      name: `${name} of a convolution`,
      inputs: [{ shape: [-1, 5, 3, 2] }],
      fn: (x) => fn(tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 4]) as Tensor4D, 1, 'same')),
    },
  ]),
];
