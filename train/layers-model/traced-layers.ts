// The layers of a model while a step is traced: batch norm as TensorFlow's one op, and errors that name their layer.
import type { LayersModel, LayerVariable, layers, Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { messageOf, UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { FrozenDraw } from '../graph/draws.ts';
import { tf } from '../graph/tensorflow.ts';
import { normalize } from '../layers/batch-norm.ts';
import { allLayers, layerInWords } from './internals.ts';

type Layer = layers.Layer;
type Call = (inputs: Tensor | Tensor[], kwargs: Readonly<Record<string, unknown>>) => Tensor | Tensor[];

/** What can be done about a model that the step cannot compile. */
export const WAY_OUT = 'Train this model by tfjs itself: model.fit(x, y, ...).';

/** Runs `body` while every layer of `model` is called by ours. @throws UserError that names the layer which failed. */
export function withTracedLayers<T>(model: LayersModel, body: () => T): T {
  const all = allLayers(model).map((layer) => ({
    layer,
    own: Object.getOwnPropertyDescriptor(layer, 'call'),
  }));
  for (const { layer } of all) {
    const before = layer.call.bind(layer) as Call;
    const call = layer.getClassName() === 'BatchNormalization' ? batchNormOf(layer, before) : before;
    Object.defineProperty(layer, 'call', { value: named(layer, call), configurable: true, writable: true });
  }
  try {
    return body();
  } finally {
    for (const { layer, own } of all)
      if (own === undefined) Reflect.deleteProperty(layer, 'call');
      else Object.defineProperty(layer, 'call', own);
  }
}

function named(layer: Layer, call: Call): Call {
  return (inputs, kwargs) => {
    try {
      return call(inputs, kwargs);
    } catch (error) {
      if (error instanceof UserError && !(error instanceof FrozenDraw)) throw error;
      throw notCompiled(`Layer ${layerInWords(layer)} cannot be compiled`, error);
    }
  };
}

/** What to tell a user of something in the step that cannot be compiled. */
export function notCompiled(what: string, error: unknown): UserError {
  const reason = error instanceof FrozenDraw ? error.reason : messageOf(error);
  return new UserError(`${what}: ${reason.replace(/\.$/, '')}. ${WAY_OUT}`, { cause: error });
}

/** What tfjs's BatchNormalization has besides what its types say. */
interface BatchNormalization {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: LayerVariable;
  readonly beta?: LayerVariable;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/**
 * In training tfjs computes it, and its gradient, by two dozen ops. The moving variance is that of the batch itself, as
 * in tfjs, not the estimate of what the batch was drawn from, as in Keras.
 */
function batchNormOf(layer: Layer, own: Call): Call {
  const { axis, momentum, epsilon, gamma, beta, movingMean, movingVariance } =
    layer as unknown as BatchNormalization;
  return (inputs, kwargs) => {
    const [x] = [inputs].flat();
    const isLast = axis === -1 || axis === (x?.rank ?? 0) - 1;
    if (kwargs.training !== true || x === undefined || !isLast || x.rank < 2) return own(inputs, kwargs);
    const channels = x.shape.at(-1) ?? 1;
    const n = sizeOf(x.shape) / channels;
    const maps: Tensor4D = tf.reshape(x, [n, 1, 1, channels]);
    const move = (variable: LayerVariable, value: Tensor) => {
      const before = variable.read();
      variable.write(tf.sub(before, tf.mul(tf.sub(before, value), 1 - momentum)));
    };
    const factors = {
      gamma: gamma?.read() ?? tf.ones([channels]),
      beta: beta?.read() ?? tf.zeros([channels]),
    };
    const none = { mean: tf.tensor1d([], 'float32'), variance: tf.tensor1d([], 'float32') };
    const options = { epsilon, isTraining: true, factor: 1 };
    const normalized = normalize(maps, factors, none, options, (mean, variance) => {
      move(movingMean, mean);
      // TensorFlow divides by n - 1, by 1 where n is 1.
      move(movingVariance, tf.mul(variance, (n - 1 || 1) / n));
    });
    return tf.reshape(normalized, x.shape);
  };
}
