// Layers of tfjs in the compiled step: each model is trained by model.fit and by fit, from the same weights on the same batches.
import type { LayersModel, LayerVariable, SymbolicTensor, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import type { FitOptions, Tensors } from '../../../train/layers-model/options.ts';
import { oneHot, pairOf, trainBoth, uniform, weightsApart } from './beside-tfjs.ts';

type Layers = Parameters<ReturnType<typeof tf.sequential>['add']>[0][];

interface Case {
  readonly make: () => LayersModel;
  readonly x: () => Tensors;
  readonly y?: () => Tensors;
  readonly options?: FitOptions;
}

const N = 20;
const pictures = () => uniform([N, 8, 8, 3], 7, -1, 1);
const rows = () => uniform([N, 6], 8, -1, 1);
const sequences = () => uniform([N, 5, 4], 9, -1, 1);
const words = () => tf.cast(uniform([N, 5], 10, 0, 12), 'int32');

/** Layers between an input and ten classes. */
const classifier = (inputShape: number[], layers: () => Layers, dtype?: 'int32') => () => {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape, ...(dtype && { dtype }) }));
  for (const layer of layers()) model.add(layer);
  if (model.outputs[0]?.rank !== 2) model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
  model.compile({
    optimizer: tf.train.momentum(0.02, 0.9),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
};
const ofPictures = (layers: () => Layers): Case => ({ make: classifier([8, 8, 3], layers), x: pictures });
const ofRows = (layers: () => Layers): Case => ({ make: classifier([6], layers), x: rows });
const ofSequences = (layers: () => Layers): Case => ({ make: classifier([5, 4], layers), x: sequences });

class Doubled extends tf.layers.Layer {
  static className = 'Doubled';
  override computeOutputShape(shape: number[]) {
    return shape;
  }
  override call(inputs: Tensor | Tensor[]) {
    return tf.tidy(() => tf.mul([inputs].flat()[0] ?? 0, 2));
  }
}

class Scaled extends tf.layers.Layer {
  static className = 'Scaled';
  private scale?: LayerVariable;
  override build() {
    this.scale = this.addWeight('scale', [1], 'float32', tf.initializers.ones());
    this.built = true;
  }
  override call(inputs: Tensor | Tensor[]) {
    return tf.tidy(() => tf.mul([inputs].flat()[0] ?? 0, this.scale?.read() ?? 1));
  }
}

const cases: Record<string, Case> = {
  'convolution with relu, and pooling': ofPictures(() => [
    tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
  ]),
  'convolution with strides, dilation and other activations': ofPictures(() => [
    tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }),
    tf.layers.conv2d({ filters: 4, kernelSize: 2, activation: 'sigmoid', useBias: false }),
    tf.layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
    tf.layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softplus' }),
  ]),
  'depthwise and separable convolution': ofPictures(() => [
    tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: 'relu6' }),
    tf.layers.separableConv2d({ filters: 5, kernelSize: 3, activation: 'relu' }),
  ]),
  'transposed convolution and upsampling': ofPictures(() => [
    tf.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
    tf.layers.upSampling2d({ size: [2, 2] }),
    tf.layers.globalAveragePooling2d({}),
  ]),
  // A bias before it has no gradient but rounding, of which Adam makes whole steps.
  'batch norm of maps': ofPictures(() => [
    tf.layers.conv2d({ filters: 4, kernelSize: 3, useBias: false }),
    tf.layers.batchNormalization({ momentum: 0.8, epsilon: 1e-2 }),
    tf.layers.reLU(),
  ]),
  'batch norm of vectors': ofRows(() => [
    tf.layers.dense({ units: 7, useBias: false }),
    tf.layers.batchNormalization({}),
  ]),
  'layer norm and activations': ofRows(() => [
    tf.layers.dense({ units: 8 }),
    tf.layers.layerNormalization({}),
    tf.layers.leakyReLU({}),
    tf.layers.dense({ units: 8, activation: 'swish' }),
    tf.layers.prelu({}),
    tf.layers.dense({ units: 8, activation: 'selu' }),
    tf.layers.elu(),
    tf.layers.softmax(),
  ]),
  'cropping, padding, permuting and reshaping': ofPictures(() => [
    tf.layers.zeroPadding2d({ padding: 1 }),
    tf.layers.cropping2D({
      cropping: [
        [1, 2],
        [0, 1],
      ],
    }),
    tf.layers.permute({ dims: [2, 1, 3] }),
    tf.layers.reshape({ targetShape: [9, 21] }),
    tf.layers.conv1d({ filters: 4, kernelSize: 3, activation: 'relu' }),
  ]),
  regularizers: ofRows(() => [
    tf.layers.dense({
      units: 6,
      activation: 'relu',
      kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }),
      biasRegularizer: tf.regularizers.l1({ l1: 0.1 }),
    }),
  ]),
  LSTM: ofSequences(() => [tf.layers.lstm({ units: 5, returnSequences: true })]),
  GRU: ofSequences(() => [tf.layers.gru({ units: 5 })]),
  'both directions, and a layer at each time': ofSequences(() => [
    tf.layers.bidirectional({
      layer: tf.layers.simpleRNN({ units: 3, returnSequences: true }) as never,
      mergeMode: 'concat',
    }),
    tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4 }) }),
  ]),
  embedding: {
    make: classifier([5], () => [tf.layers.embedding({ inputDim: 12, outputDim: 4 })], 'int32'),
    x: words,
  },
  'layers that do not train': ofRows(() => [
    tf.layers.dense({ units: 6, activation: 'relu', trainable: false }),
    tf.layers.dense({ units: 6 }),
  ]),
  'layers of one’s own': ofRows(() => [new Doubled(), new Scaled({})]),
  'class weights': {
    ...ofRows(() => []),
    options: { classWeight: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i, 1 + i / 4])) },
  },
};

/** Two inputs and two outputs, with a loss each, one of them of one's own. */
function twoByTwo(): LayersModel {
  const [a, b] = [tf.input({ shape: [6], name: 'a' }), tf.input({ shape: [4], name: 'b' })];
  const joined = tf.layers
    .concatenate()
    .apply([
      tf.layers.dense({ units: 5, activation: 'relu' }).apply(a) as SymbolicTensor,
      b,
    ]) as SymbolicTensor;
  const outputs = [
    tf.layers.dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(joined),
    tf.layers.dense({ units: 2, name: 'place' }).apply(joined),
  ] as SymbolicTensor[];
  const model = tf.model({ inputs: [a, b], outputs });
  const huber = (truth: Tensor, guess: Tensor) => tf.losses.huberLoss(truth, guess, undefined, 0.5);
  const loss = { kind: 'sparseCategoricalCrossentropy', place: huber };
  // The border with tfjs, whose types know no losses of either kind.
  model.compile({ optimizer: tf.train.momentum(0.02, 0.9), loss: loss as never });
  return model;
}
cases['two inputs and outputs, and a loss of one’s own'] = {
  make: twoByTwo,
  x: () => [uniform([N, 6], 3), uniform([N, 4], 4)],
  y: () => [tf.floor(uniform([N, 1], 5, 0, 3)), uniform([N, 2], 6)],
};
cases['data by name'] = {
  make: twoByTwo,
  x: () => ({ a: uniform([N, 6], 3), b: uniform([N, 4], 4) }),
  y: () => ({ kind: tf.floor(uniform([N], 5, 0, 3)), place: uniform([N, 2], 6) }),
};
for (const loss of [
  'meanSquaredError',
  'binaryCrossentropy',
  'hinge',
  'kullbackLeiblerDivergence',
  'cosineProximity',
])
  cases[`loss ${loss}, and metrics`] = {
    make: () => {
      const model = classifier([6], () => [])();
      const metrics = ['mse', 'binaryAccuracy', 'precision'];
      model.compile({ optimizer: tf.train.momentum(0.02, 0.9), loss, metrics });
      return model;
    },
    x: rows,
  };

describe('fit gives the weights and the history of model.fit', () => {
  it.each(Object.entries(cases))('%s', async (_, { make, x, y = () => oneHot(N, 10), options = {} }) => {
    const apart = await trainBoth(pairOf(make), x(), y(), { validationSplit: 0.2, ...options });
    // Measured: up to 1.5e-6 and 2e-6.
    expect(apart.weights).toBeLessThan(5e-6);
    expect(apart.logs).toBeLessThan(5e-6);
  });
});

describe('batch norm without its scale or its offset, which tfjs cannot train', () => {
  it('normalizes as with a scale of one and an offset of zero', async () => {
    const model = (args: object) => () => {
      const net = classifier([6], () => [tf.layers.batchNormalization({ momentum: 0.8, ...args })])();
      // Nothing else is trained, and the first steps are those of the factors' first values.
      net.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy' });
      return net;
    };
    const trained = async (args: object) => {
      const net = model(args)();
      net.layers.at(-1)?.setWeights([uniform([6, 10], 12), tf.zeros([10])]);
      const { history } = await fit(net, rows(), oneHot(N, 10), {
        verbose: 0,
        shuffle: false,
        batchSize: 10,
      });
      const weights = net.layers.flatMap((layer) => layer.weights);
      const values = weights.map((weight) => [
        weight.originalName.split('/').at(-1),
        [...weight.read().dataSync()],
      ]);
      const kept: Record<string, number[]> = Object.fromEntries(values);
      return { ...kept, loss: (history.loss ?? []).map(Number), names: Object.keys(kept) };
    };
    const [both, neither] = [await trained({}), await trained({ scale: false, center: false })];
    expect(neither.names).not.toContain('gamma');
    expect(neither.loss).toEqual(both.loss);
    expect(Reflect.get(neither, 'moving_mean')).toEqual(Reflect.get(both, 'moving_mean'));
    expect(Reflect.get(neither, 'moving_variance')).toEqual(Reflect.get(both, 'moving_variance'));
    expect(Reflect.get(neither, 'moving_mean')).not.toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('bfloat16', () => {
  it('trains near float32, and not to the bit', async () => {
    const { make, x } = cases['convolution with relu, and pooling'] as Case;
    const pair = pairOf(make);
    const options = { epochs: 2, batchSize: 8, verbose: 0, shuffle: false } as const;
    await fit(pair.tfjs, x(), oneHot(N, 10), options);
    await fit(pair.ours, x(), oneHot(N, 10), { ...options, precision: 'bfloat16' });
    const difference = weightsApart(pair);
    // The first weights are drawn anew each time. Measured, 60 draws: 2e-4 to 7e-3, of weights up to one; once 1.1e-2.
    expect(difference).toBeGreaterThan(1e-6);
    expect(difference).toBeLessThan(5e-2);
  });
});
