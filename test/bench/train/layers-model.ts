// Contender: the same network as a tf.LayersModel, trained by its own `fit`. Argument: network.
import type { layers, Sequential } from '@tensorflow/tfjs-node-gpu';
import { architectureSchema } from '../../../train/architectures/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Recipe } from '../../../train/recipes/index.ts';
import { contend } from '../support/contender.ts';
import { CLASSES, networkOf, randomSplit } from './networks.ts';

const [name = ''] = process.argv.slice(2);
const { shape, recipe } = networkOf(name);
// Enough for what `fit` does once per call not to count.
const BATCHES = name === 'mnist' ? 16 : 3;

type Layer = layers.Layer;

const conv = (filters: number, kernelSize: number, norm: boolean) => [
  tf.layers.conv2d({ filters, kernelSize, padding: 'same', useBias: !norm, kernelInitializer: 'heNormal' }),
  ...(norm ? [tf.layers.batchNormalization({ momentum: 0.9 })] : []),
  tf.layers.reLU(),
];
const pool = () => tf.layers.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' });

/** Adds what stands before the last layer. */
function build(model: Sequential, recipe: Recipe): void {
  const architecture = architectureSchema.parse(recipe.architecture);
  const add = (layers: Layer[]) => {
    for (const layer of layers) model.add(layer);
  };
  if (architecture.name === 'small-cnn') {
    const [a, b, c] = architecture.filters;
    add([...conv(a, 5, true), pool()]);
    add([...conv(b, 3, true), ...conv(b, 3, true), pool()]);
    add([...conv(c, 3, true), ...conv(c, 3, true), pool(), tf.layers.flatten()]);
  } else if (architecture.name === 'vgg') {
    for (const filters of [
      [64, 64],
      [128, 128],
      [256, 256, 256],
      [512, 512, 512],
    ])
      add([...filters.flatMap((n) => conv(n, 3, architecture.batchNorm)), pool()]);
    add([
      tf.layers.flatten(),
      tf.layers.dense({ units: 4096, activation: 'relu', kernelInitializer: 'heNormal' }),
    ]);
  } else throw new Error(`there is no layers model of ${JSON.stringify(architecture)}`);
}

const model = tf.sequential();
model.add(tf.layers.inputLayer({ inputShape: [...shape] }));
build(model, recipe);
model.add(tf.layers.dense({ units: CLASSES, activation: 'softmax' }));
model.compile({
  optimizer:
    recipe.optimizer.name === 'momentum' ? tf.train.momentum(0.001, 0.9) : tf.train.adam(0.01, 0.9, 0.99),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});

const n = BATCHES * recipe.batchSize;
const split = randomSplit(n, shape);
const x = tf.tidy(() =>
  tf.div(tf.sub(tf.tensor(Float32Array.from(split.images), [n, ...shape]), 127.5), 63.75),
);
const y = tf.tensor1d(Float32Array.from(split.labels));
const step = async () => {
  await model.fit(x, y, { batchSize: recipe.batchSize, epochs: 1, shuffle: false, verbose: 0 });
  return n;
};
await step();
await contend({ tfjs: tf.version.tfjs }, step);
