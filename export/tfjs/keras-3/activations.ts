// Activations of Keras 3 that tfjs has not, or that it computes in another way, as activations of tfjs.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';

/** Those that are the same in both, by Keras's names. */
const SAME = new Set([
  ...[
    'elu',
    'gelu',
    'linear',
    'log_softmax',
    'mish',
    'relu',
    'relu6',
    'selu',
    'sigmoid',
    'softmax',
    'softplus',
  ],
  ...['softsign', 'tanh'],
]);

/** Reference: https://keras.io/api/layers/activations/ */
const OWN: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  // Keras 2 and tfjs have max(0, min(1, 0.2 x + 0.5)).
  hard_sigmoid: (x) => tf.div(tf.relu6(tf.add(x, 3)), 6),
  hard_silu: (x) => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6)),
  hard_tanh: (x) => tf.clipByValue(x, -1, 1),
  leaky_relu: (x) => tf.leakyRelu(x, 0.2),
  exponential: (x) => tf.exp(x),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  celu: (x) => tf.elu(x),
  log_sigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
  tanh_shrink: (x) => tf.sub(x, tf.tanh(x)),
  hard_shrink: (x) => tf.where(tf.greater(tf.abs(x), 0.5), x, tf.zerosLike(x)),
  soft_shrink: (x) => tf.mul(tf.sign(x), tf.relu(tf.sub(tf.abs(x), 0.5))),
  squareplus: (x) => tf.mul(0.5, tf.add(x, tf.sqrt(tf.add(tf.square(x), 4)))),
};

const ALIASES: Readonly<Record<string, string>> = { swish: 'silu', hard_swish: 'hard_silu' };

/**
 * The name by which tfjs finds the activation of a layer.
 * @param value - A name, or the record of a function.
 * @returns null where there is none; undefined where tfjs cannot have it.
 */
export function activationOf(value: unknown): string | null | undefined {
  if (value === null) return null;
  const given =
    typeof value === 'object' ? (Reflect.get(value, 'config') ?? Reflect.get(value, 'class_name')) : value;
  const name = ALIASES[String(given)] ?? String(given);
  if (SAME.has(name)) return name;
  const apply = OWN[name];
  return apply && registered(name, apply);
}

/** tfjs finds activations by the names of classes, in which it leaves no underscores. */
function registered(name: string, apply: (x: Tensor) => Tensor): string {
  const className = `keras${name.replace(/(^|_)([a-z])/g, (_, __, letter) => letter.toUpperCase())}`;
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  if (className in classNameMap) return className;
  class KerasActivation extends tf.serialization.Serializable {
    static readonly className = className;
    apply(x: Tensor): Tensor {
      return tf.tidy(() => apply(x));
    }
    getConfig() {
      return {};
    }
  }
  tf.serialization.registerClass(KerasActivation);
  return className;
}
