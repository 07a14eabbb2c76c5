// Losses of targets `[N,K]`: sigmoid cross-entropy of several labels, and distances of numbers. Each has its own gradient.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import type { NumberLoss } from '../tasks/task.ts';

/** A function of each element, with its derivative; both get the same tensors. */
interface Elementwise {
  value(x: Tensor, target: Tensor): Tensor;
  derivative(x: Tensor, target: Tensor): Tensor;
}

/** Mean over pictures and targets; the targets get no gradient. */
function meanOf({ value, derivative }: Elementwise, outputs: Tensor, targets: Tensor): Tensor {
  const apply = tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    save([derivative(x, targets)]);
    return {
      value: value(x, targets),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, saved as Tensor),
    };
  });
  return tf.mean(apply(outputs));
}

/** max(x, 0) - x t + ln(1 + exp(-|x|)), which overflows nowhere; TensorFlow's `sigmoid_cross_entropy_with_logits`. */
const sigmoid: Elementwise = {
  value: (x, target) => tf.add(tf.sub(tf.relu(x), tf.mul(x, target)), tf.log1p(tf.exp(tf.neg(tf.abs(x))))),
  // Not that of the sum's terms, which at a logit of 0 have no derivative.
  derivative: (x, target) => tf.sub(tf.sigmoid(x), target),
};

/**
 * Mean cross-entropy of the labels of a batch, each for itself.
 * @param logits - `[N,K]` float32.
 * @param targets - `[N,K]` float32, 1 for a label that a picture has, 0 for one that it has not, between for mixed pictures.
 * @param smoothing - Moves the targets toward one half by this share.
 */
export function labelsCrossEntropy(logits: Tensor, targets: Tensor, smoothing = 0): Tensor {
  const smoothed = smoothing === 0 ? targets : tf.add(tf.mul(targets, 1 - smoothing), smoothing / 2);
  return meanOf(sigmoid, logits, smoothed);
}

const distances: Readonly<Record<NumberLoss, Elementwise>> = {
  l1: {
    value: (x, target) => tf.abs(tf.sub(x, target)),
    derivative: (x, target) => tf.sign(tf.sub(x, target)),
  },
  l2: {
    value: (x, target) => tf.square(tf.sub(x, target)),
    derivative: (x, target) => tf.mul(tf.sub(x, target), 2),
  },
  // Huber 1964, doi.org/10.1214/aoms/1177703732, with its delta at one deviation: half the square within, linear beyond.
  huber: {
    value(x, target) {
      const distance = tf.abs(tf.sub(x, target));
      const near = tf.minimum(distance, 1);
      return tf.add(tf.mul(tf.square(near), 0.5), tf.sub(distance, near));
    },
    derivative: (x, target) => tf.clipByValue(tf.sub(x, target), -1, 1),
  },
};

/** Mean distance of numbers of a batch: `outputs` and `targets` are `[N,K]` float32, in units of the targets' deviation. */
export function distanceOf(loss: NumberLoss, outputs: Tensor, targets: Tensor): Tensor {
  return meanOf(distances[loss], outputs, targets);
}
