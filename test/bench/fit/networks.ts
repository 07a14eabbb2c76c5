// The models that are trained by model.fit and by fit: as people write them with tf.layers.
import type { layers, Sequential } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';

export interface Network {
  readonly title: string;
  readonly dataset: 'mnist' | 'cifar10';
  readonly batchSize: number;
  readonly make: () => Sequential;
}

function compiled(optimizer: string, layers: readonly layers.Layer[]): Sequential {
  const model = tf.sequential();
  for (const layer of layers) model.add(layer);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const pool = () => tf.layers.maxPooling2d({ poolSize: [2, 2] });
const softmax = () => tf.layers.dense({ units: 10, activation: 'softmax' });

/** https://github.com/tensorflow/tfjs-examples/blob/master/mnist-node/model.js. */
function mnistNode(): Sequential {
  const conv = (filters: number, first = {}) =>
    tf.layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...first });
  return compiled('rmsprop', [
    ...[conv(32, { inputShape: [28, 28, 1] }), conv(32), pool()],
    ...[conv(64), conv(64), pool()],
    ...[
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.25 }),
      tf.layers.dense({ units: 512, activation: 'relu' }),
    ],
    ...[tf.layers.dropout({ rate: 0.5 }), softmax()],
  ]);
}

/** Pairs of convolutions with batch norm, pooling and dropout, as Keras's examples of CIFAR-10 have them. */
function cifar(): Sequential {
  const conv = (filters: number, first = {}) => [
    tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, ...first }),
    tf.layers.batchNormalization({ momentum: 0.9 }),
    tf.layers.activation({ activation: 'relu' }),
  ];
  const block = (filters: number, rate: number, first = {}) => [
    ...[...conv(filters, first), ...conv(filters)],
    ...[pool(), tf.layers.dropout({ rate })],
  ];
  return compiled('adam', [
    ...[...block(32, 0.2, { inputShape: [32, 32, 3] }), ...block(64, 0.3), ...block(128, 0.4)],
    ...[tf.layers.flatten(), softmax()],
  ]);
}

export const networks: Readonly<Record<string, Network>> = {
  mnist: { title: 'mnist-node of tfjs-examples', dataset: 'mnist', batchSize: 128, make: mnistNode },
  cifar: {
    title: 'Six convolutions with batch norm, CIFAR-10',
    dataset: 'cifar10',
    batchSize: 64,
    make: cifar,
  },
};

export function networkOf(name: string): Network {
  const network = networks[name];
  if (network === undefined)
    throw new Error(`there is no network ${name}; there are ${Object.keys(networks).join(', ')}`);
  return network;
}

/** Trains by tfjs's own `model.fit` or by `fit`. */
export type Trainer = 'model.fit' | 'fit';
