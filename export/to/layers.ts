// Links of a chain as tf.layers, one function a kind of op.
import type { layers as Layers } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { uniqueNames } from '../../models/onnx/unique-names.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { GELU_OP, type Link, type Operand } from './chain.ts';

type Layer = Layers.Layer;

/** A layer and its weights, in the order in which tfjs takes them. */
export interface MadeLayer {
  readonly layer: Layer;
  readonly weights: readonly Pick<Operand, 'values' | 'shape'>[];
}

/** What a maker is given: the links from its own on, and names that are not taken yet. */
interface Context {
  readonly link: Link;
  readonly next: Link | undefined;
  /** A name for the layer: that of its weights, or else of its kind. */
  name(kind: string): string;
}

/** Layers that stand for a link, and how many links they take up. */
interface Made {
  readonly layers: readonly MadeLayer[];
  readonly taken: number;
}

/**
 * Makes the layers of a chain.
 * @param shape - `[H,W,C]` of a picture; the first layer takes it as float32.
 * @throws UserError for an op that tf.layers has no layer for; it names the op.
 */
export function layersOf(chain: readonly Link[], shape: Shape): MadeLayer[] {
  const made: MadeLayer[] = [
    { layer: tf.layers.inputLayer({ inputShape: [...shape], name: 'image' }), weights: [] },
  ];
  const unique = uniqueNames(['image']);
  for (let i = 0; i < chain.length; ) {
    const link = chain[i];
    if (link === undefined) break;
    const maker = makers[link.node.op];
    const own = link.operands.flatMap(({ layer }) => layer ?? [])[0];
    const result = maker?.({ link, next: chain[i + 1], name: (kind) => unique(own ?? kind) });
    if (result === undefined)
      throw new UserError(
        `tf.layers has no layer that does what ${link.node.op} does here${own ? ` (in layer ${own})` : ''}: use --to tfjs-graph, which takes any network.`,
      );
    made.push(...result.layers);
    i += result.taken;
  }
  return made;
}

type Maker = (context: Context) => Made | undefined;

const one = (layer: Layer, weights: MadeLayer['weights'] = [], taken = 1): Made => ({
  layers: [{ layer, weights }],
  taken,
});

const skipped: Maker = () => ({ layers: [], taken: 1 });

const activation =
  (kind: 'relu' | 'relu6' | 'elu' | 'selu' | 'sigmoid' | 'softplus' | 'softmax' | 'tanh' | 'gelu'): Maker =>
  ({ name }) =>
    one(tf.layers.activation({ activation: kind, name: name(kind) }));

/** @param kind - of kernels whose last axis counts filters, or filters for each channel. */
const convolution =
  (kind: 'conv2d' | 'depthwise_conv2d'): Maker =>
  ({ link, next, name }) => {
    const [kernel, bias] = [link.operands[0], biasOf(next)];
    const [height = 1, width = 1, , count = 1] = kernel?.shape ?? [];
    const options = windowOptions(link);
    if (kernel === undefined || options === undefined) return undefined;
    const shared = {
      ...{ ...options, kernelSize: [height, width] as [number, number] },
      ...{ useBias: bias !== undefined, name: name(kind) },
    };
    const layer =
      kind === 'conv2d'
        ? tf.layers.conv2d({ ...shared, filters: count })
        : tf.layers.depthwiseConv2d({ ...shared, depthMultiplier: count });
    return one(layer, [kernel, ...(bias ? [bias] : [])], bias ? 2 : 1);
  };

const dense: Maker = ({ link, next, name }) => {
  const [kernel] = link.operands;
  const bias = biasOf(next);
  const transposed = ['transpose_a', 'transpose_b', 'adj_x', 'adj_y'].some((key) => {
    const attribute = link.node.attributes[key];
    return attribute !== undefined && 'b' in attribute && attribute.b;
  });
  if (kernel === undefined || transposed || link.from.length !== 2) return undefined;
  const layer = tf.layers.dense({
    units: kernel.shape.at(-1) ?? 1,
    useBias: bias !== undefined,
    name: name('dense'),
  });
  return one(layer, [kernel, ...(bias ? [bias] : [])], bias ? 2 : 1);
};

const batchNorm: Maker = ({ link, name }) => {
  const attribute = link.node.attributes.epsilon;
  const epsilon = attribute !== undefined && 'f' in attribute ? attribute.f : 1e-3;
  return one(
    tf.layers.batchNormalization({ epsilon, name: name('batch_normalization') }),
    link.operands.slice(0, 4),
  );
};

/**
 * `x * scale + shift`: one number for all is a rescaling; by channel, a depthwise convolution of one pixel that is not
 * trained. Batch norm would do in inference, and take the batch's own statistics in training.
 */
const affine: Maker = ({ link, next, name }) => {
  const [operand] = link.operands;
  const channels = link.from.at(-1) ?? 1;
  const values = operand && perChannel(operand, channels);
  const { op } = link.node;
  if (values === undefined || (op === 'Sub' && link.constantFirst)) return undefined;
  const added = op === 'Mul' && next && /^Add/.test(next.node.op) ? next.operands[0] : undefined;
  const shiftAfter = added && perChannel(added, channels);
  const scale = op === 'Mul' ? values : new Float32Array(channels).fill(1);
  const shift =
    op === 'Mul' ? (shiftAfter ?? new Float32Array(channels)) : op === 'Sub' ? values.map((v) => -v) : values;
  const taken = shiftAfter ? 2 : 1;
  if (areEqual(scale) && areEqual(shift))
    return one(
      tf.layers.rescaling({ scale: scale[0] ?? 1, offset: shift[0] ?? 0, name: name('rescaling') }),
      [],
      taken,
    );
  if (link.from.length !== 4) return undefined;
  const layer = tf.layers.depthwiseConv2d({ kernelSize: 1, trainable: false, name: name('scale') });
  const weights = [
    { values: scale, shape: [1, 1, channels, 1] },
    { values: shift, shape: [channels] },
  ];
  return one(layer, weights, taken);
};

function areEqual(values: Float32Array): boolean {
  return values.every((value) => value === values[0]);
}

const pool =
  (kind: 'maxPooling2d' | 'averagePooling2d'): Maker =>
  ({ link, name }) => {
    const poolSize = spatial(link, 'ksize');
    const strides = spatial(link, 'strides');
    const padding = paddingOf(link);
    if (poolSize === undefined || strides === undefined || padding === undefined) return undefined;
    return one(tf.layers[kind]({ poolSize, strides, padding, name: name(kind) }));
  };

const reshape: Maker = ({ link, name }) => {
  const [batch, ...rest] = link.to;
  if (batch !== -1) return undefined;
  if (link.from.join() === link.to.join()) return { layers: [], taken: 1 };
  if (rest.length === 1) return one(tf.layers.flatten({ name: name('flatten') }));
  return one(tf.layers.reshape({ targetShape: rest, name: name('reshape') }));
};

const mean: Maker = ({ link, name }) =>
  link.operands[0]?.values.join() === '1,2' && link.to.length === 2
    ? one(tf.layers.globalAveragePooling2d({ name: name('global_average_pooling2d') }))
    : undefined;

const makers: Readonly<Record<string, Maker>> = {
  Add: affine,
  AddV2: affine,
  AvgPool: pool('averagePooling2d'),
  Cast: skipped,
  Conv2D: convolution('conv2d'),
  DepthwiseConv2dNative: convolution('depthwise_conv2d'),
  Elu: activation('elu'),
  FusedBatchNormV3: batchNorm,
  [GELU_OP]: activation('gelu'),
  Identity: skipped,
  MatMul: dense,
  BatchMatMulV2: dense,
  MaxPool: pool('maxPooling2d'),
  Mean: mean,
  Mul: affine,
  Relu: activation('relu'),
  Relu6: activation('relu6'),
  Reshape: reshape,
  Selu: activation('selu'),
  Sigmoid: activation('sigmoid'),
  Softmax: activation('softmax'),
  Softplus: activation('softplus'),
  Sub: affine,
  Tanh: activation('tanh'),
};

/** The bias that the next link adds, if that is what it does; tfjs's own layers add it as any other vector. */
function biasOf(next: Link | undefined): Operand | undefined {
  const [added] = next?.operands ?? [];
  const isVector = added?.shape.length === 1 && added.shape[0] === next?.to.at(-1);
  return isVector && /^(BiasAdd|Add|AddV2)$/.test(next?.node.op ?? '') ? added : undefined;
}

function perChannel({ values, shape }: Operand, channels: number): Float32Array | undefined {
  if (values.length === 1) return new Float32Array(channels).fill(values[0] ?? 0);
  return values.length === channels && shape.at(-1) === channels ? Float32Array.from(values) : undefined;
}

function windowOptions(link: Link) {
  const [strides, padding, dilationRate] = [
    spatial(link, 'strides'),
    paddingOf(link),
    spatial(link, 'dilations') ?? [1, 1],
  ];
  return strides === undefined || padding === undefined
    ? undefined
    : { strides, padding, dilationRate: dilationRate as [number, number] };
}

/** Height and width of an attribute that has one number per axis, channels last. */
function spatial({ node }: Link, name: string): [number, number] | undefined {
  const attribute = node.attributes[name];
  if (attribute === undefined || !('ints' in attribute) || attribute.ints.length !== 4) return undefined;
  const [, height = 1, width = 1] = attribute.ints;
  return [height, width];
}

function paddingOf({ node }: Link): 'same' | 'valid' | undefined {
  const attribute = node.attributes.padding;
  if (attribute === undefined || !('s' in attribute)) return undefined;
  return attribute.s === 'SAME' ? 'same' : attribute.s === 'VALID' ? 'valid' : undefined;
}
