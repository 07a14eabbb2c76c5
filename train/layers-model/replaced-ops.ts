// Ops of tfjs that are replaced while a step is traced: draws that depend on the step's seed, and faster gradients.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';
import { relu, relu6 } from '../layers/activations.ts';
import { biasAdd } from '../layers/bias.ts';
import { seedPair } from '../random.ts';
import { coreExports } from './internals.ts';

type DataTypeName = 'float32' | 'int32' | 'bool';
type Shape = readonly number[];

/** What tfjs's layers pass to `fused.conv2d` and `fused.matMul`, as far as it matters here. */
interface FusedArguments {
  readonly bias?: Tensor | null;
  readonly activation?: string;
  readonly dataFormat?: string;
  readonly preluActivationWeights?: Tensor;
}

type Fused = (args: FusedArguments) => Tensor;

/**
 * Runs `body` while tfjs's layers, and the layers and losses of users, draw from `seed` and take our gradients.
 * @param seed - int32 `[2]`, an input of the step: every step draws anew, also where a layer has a seed of its own.
 */
export function withReplacedOps<T>(seed: Tensor, body: () => T): T {
  const core = coreExports();
  const replaced = { ...drawsFrom(seed), ...fasterOps(core) };
  const own = new Map(Object.keys(replaced).map((name) => [name, core[name]]));
  Object.assign(core, replaced);
  try {
    return body();
  } finally {
    for (const [name, value] of own) core[name] = value;
  }
}

/** tfjs draws in JavaScript: these numbers would be constants of the graph. */
function drawsFrom(seed: Tensor) {
  let drawn = 0;
  const draw = (op: string, shape: Shape): Tensor =>
    backend.executeSingleOutput(
      op,
      [
        eagerAttribute.type('dtype', DataType.float32),
        eagerAttribute.type('T', DataType.int32),
        eagerAttribute.type('Tseed', DataType.int32),
      ],
      [
        tf.tensor1d([...shape], 'int32'),
        tf.add(seed, tf.tensor1d(seedPair(0, 'layers-model/draw', drawn++), 'int32')),
      ],
    );
  const normal =
    (op: string) =>
    (shape: Shape, mean = 0, deviation = 1, dtype: DataTypeName = 'float32') =>
      tf.cast(tf.add(tf.mul(draw(op, shape), deviation), mean), dtype);
  const uniform = (shape: Shape, from = 0, to = 1, dtype: DataTypeName = 'float32') =>
    tf.cast(tf.add(tf.mul(draw('StatelessRandomUniform', shape), to - from), from), dtype);
  return {
    randomUniform: uniform,
    randomNormal: normal('StatelessRandomNormal'),
    randomStandardNormal: (shape: Shape, dtype?: DataTypeName) =>
      normal('StatelessRandomNormal')(shape, 0, 1, dtype),
    truncatedNormal: normal('StatelessTruncatedNormal'),
    /** @param noiseShape - 1 where an axis shares its draws, null for the input's own size. */
    dropout(x: Tensor, rate: number, noiseShape?: readonly (number | null)[] | null): Tensor {
      if (rate === 0) return tf.clone(x);
      const shape = noiseShape?.map((size, axis) => size ?? x.shape[axis] ?? 1) ?? x.shape;
      const kept = tf.cast(tf.greaterEqual(uniform(shape), rate), 'float32');
      return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
    },
  };
}

/** The activations of `fused.conv2d` and `fused.matMul`. */
const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  linear: (x) => x,
  relu,
  relu6,
  elu: (x) => tf.elu(x),
  sigmoid: (x) => tf.sigmoid(x),
};

/** Of ReLU and bias tfjs computes the gradient by several ops each, TensorFlow by one. */
function fasterOps(core: Record<string, unknown>) {
  // The border with tfjs: its exports by name.
  const fused = core.fused as Record<'conv2d' | 'matMul', Fused>;
  const { conv2d, matMul, relu: anyRelu } = core as Record<string, (...args: unknown[]) => Tensor>;
  const replaceBy =
    (own: Fused, plain: (args: Record<string, unknown>) => Tensor | undefined): Fused =>
    (args) => {
      const { bias, activation = 'linear', dataFormat = 'NHWC', preluActivationWeights } = args;
      const activate = activations[activation];
      const fits = preluActivationWeights === undefined && dataFormat === 'NHWC' && (bias?.rank ?? 1) === 1;
      if (activate === undefined || !fits) return own(args);
      const result = plain({ ...args });
      if (result === undefined) return own(args);
      return activate(bias ? biasAdd(result, bias) : result);
    };
  return {
    relu: (x: Tensor) => (x.dtype === 'float32' ? relu(x) : anyRelu?.(x)),
    fused: {
      ...fused,
      conv2d: replaceBy(fused.conv2d, ({ x, filter, strides, pad, dataFormat, dilations, dimRoundingMode }) =>
        conv2d?.(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode),
      ),
      matMul: replaceBy(fused.matMul, ({ a, b, transposeA, transposeB }) =>
        matMul?.(a, b, transposeA, transposeB),
      ),
    },
  };
}
