// Networks that the exporter's tests export: our own, and tf.layers models of every kind of layer.
import type {
  layers as Layers,
  LayersModel,
  Rank,
  SymbolicTensor,
  Tensor,
  Variable,
} from '@tensorflow/tfjs-node-gpu';
import { type ArchitectureOptions, createArchitecture } from '../../train/architectures/index.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { probabilitiesOf } from '../../train/layers/forward.ts';
import { allParameters, createParameters, netOf } from '../../train/layers/net.ts';
import { normal, random } from '../../train/random.ts';
import type { Recipe } from '../../train/recipes/index.ts';
import type { Case } from './support.ts';

type Shape = [height: number, width: number, channels: number];

/** A network of ours with random weights and statistics: uint8 pictures in, probabilities out. */
export function ownCase(
  options: ArchitectureOptions,
  shape: Shape,
  tta: Recipe['tta'] = 'none',
  seed = 1,
): Case {
  const architecture = createArchitecture(options, 10);
  const next = random(seed, 'test/examples');
  const examples = () => ({
    values: Float32Array.from({ length: 20 * shape[0] * shape[1] * shape[2] }, () => normal(next)),
    shape: [20, ...shape] as const,
  });
  const parameters = createParameters(architecture, shape, seed, examples);
  const variables = allParameters(parameters);
  randomize(variables, seed);
  const standardize = { mean: Array(shape[2]).fill(0.13), deviation: Array(shape[2]).fill(0.31) };
  const net = netOf(parameters, { training: false });
  return {
    name: `${options.name} for ${shape}${tta === 'none' ? '' : `, ${tta}`}`,
    inputs: [{ shape: [-1, ...shape], type: 'uint8' }],
    fn: (images: Tensor) => probabilitiesOf(net, architecture, standardize, images, tta),
    variables,
  };
}

/** Gives batch norm's parameters values that show when they are mixed up; the rest keep theirs. */
function randomize(variables: ReadonlyMap<string, Variable>, seed: number): void {
  for (const [name, variable] of variables) {
    const next = random(seed, `test/${name}`);
    const draw = /variance|gamma/.test(name)
      ? () => 0.5 + next()
      : /mean|beta|bias/.test(name)
        ? () => normal(next) * 0.3
        : undefined;
    if (draw === undefined) continue;
    tf.tidy(() => {
      variable.assign(tf.tensor<Rank>(Array.from({ length: variable.size }, draw), variable.shape));
    });
  }
}

const { layers } = tf;

const apply = (layer: Layers.Layer, ...inputs: SymbolicTensor[]): SymbolicTensor =>
  layer.apply(inputs.length === 1 ? (inputs[0] as SymbolicTensor) : inputs) as SymbolicTensor;

const makers: Record<string, () => LayersModel> = {
  VGG: () =>
    tf.sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', inputShape: [9, 9, 3] }),
        layers.batchNormalization(),
        layers.activation({ activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.dropout({ rate: 0.5 }),
        layers.conv2d({ filters: 5, kernelSize: 3, activation: 'relu' }),
        layers.flatten(),
        layers.dense({ units: 7, activation: 'relu' }),
        layers.batchNormalization(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  MobileNet: () =>
    tf.sequential({
      layers: [
        layers.zeroPadding2d({
          padding: [
            [0, 1],
            [0, 1],
          ],
          inputShape: [9, 9, 3],
        }),
        layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, useBias: false }),
        layers.batchNormalization(),
        layers.reLU({ maxValue: 6 }),
        layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false }),
        layers.batchNormalization(),
        layers.reLU({ maxValue: 6 }),
        layers.conv2d({ filters: 6, kernelSize: 1 }),
        layers.globalAveragePooling2d({}),
        layers.reshape({ targetShape: [1, 1, 6] }),
        layers.conv2d({ filters: 3, kernelSize: 1 }),
        layers.flatten(),
        layers.softmax(),
      ],
    }),
  'a net with branches': () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const left = apply(layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same' }), input);
    const right = apply(layers.leakyReLU(), apply(layers.conv2d({ filters: 4, kernelSize: 1 }), input));
    const joined = apply(layers.concatenate(), apply(layers.add(), left, right), right);
    const pooled = apply(layers.averagePooling2d({ poolSize: 2 }), joined);
    const gated = apply(layers.multiply(), joined, apply(layers.upSampling2d({ size: [2, 2] }), pooled));
    const up = layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' });
    const top = apply(layers.globalMaxPooling2d({}), apply(up, gated));
    const output = apply(layers.dense({ units: 4, activation: 'softmax' }), top);
    return tf.model({ inputs: input, outputs: output });
  },
  'a net with squeeze and excitation': () => {
    const input = tf.input({ shape: [6, 6, 3] });
    const x = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), input);
    const squeezed = apply(
      layers.reshape({ targetShape: [1, 1, 4] }),
      apply(layers.globalAveragePooling2d({}), x),
    );
    const gate = apply(layers.conv2d({ filters: 4, kernelSize: 1, activation: 'sigmoid' }), squeezed);
    const y = apply(layers.multiply(), x, gate);
    return tf.model({ inputs: input, outputs: apply(layers.flatten(), y) });
  },
  'a net over sequences': () =>
    tf.sequential({
      layers: [
        layers.conv1d({ filters: 4, kernelSize: 3, inputShape: [9, 3], activation: 'relu' }),
        layers.maxPooling1d({ poolSize: 2 }),
        layers.globalAveragePooling1d({}),
        layers.dense({ units: 2 }),
      ],
    }),
  'a perceptron': () =>
    tf.sequential({
      layers: [
        layers.dense({ units: 4, activation: 'swish', inputShape: [5] }),
        layers.dense({ units: 4, activation: 'hardSigmoid' }),
        layers.dense({ units: 4, activation: 'selu' }),
        layers.dense({ units: 4, activation: 'softplus', useBias: false }),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
};

/** tf.layers models with random weights, as cases to be compared. */
export function layersCases(): Case[] {
  return Object.entries(makers).map(([name, make]): Case => {
    const model = make();
    const variables = new Map(model.weights.map((weight) => [weight.name, weight.read() as Variable]));
    randomize(variables, 5);
    return {
      name,
      inputs: [{ shape: (model.inputs[0]?.shape ?? []).map((size) => size ?? -1) }],
      fn: (x) => model.apply(x, { training: false }) as Tensor,
      variables,
    };
  });
}
