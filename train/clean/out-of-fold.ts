// Out-of-fold probabilities: what is said of each picture by a softmax regression that was fitted without it.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';

export interface Examples {
  /** `[N,F]`, one picture after another. */
  readonly features: Float32Array;
  /** `[N]`, indices of classes; -1 of a picture that teaches nothing, but is asked about. */
  readonly labels: readonly number[];
  readonly classes: number;
  /** `[N]`, from 0. */
  readonly folds: readonly number[];
}

/** Steps of a regression, each of all pictures; it has settled after fewer. */
const STEPS = 150;
const LEARNING_RATE = 0.01;
/** What a weight's square costs: enough that a wrong label is not learned by heart. Measured in docs/cleaning.md. */
const DECAY = 0.02;
/** Kingma and Ba, https://arxiv.org/abs/1412.6980, algorithm 1. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Fits one regression for each fold, on the pictures of the others, and asks it about the pictures of its own.
 * @returns `[N,classes]` float32; the numbers of a picture sum up to 1.
 */
export function outOfFold({ features, labels, classes, folds }: Examples): Float32Array {
  const n = labels.length;
  const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
  const probabilities = new Float32Array(n * classes);
  const inputs = standardized(features, n);
  const targets = tf.tidy(() => tf.oneHot(tf.tensor1d([...labels], 'int32'), classes).toFloat() as Tensor2D);
  for (let fold = 0; fold < count; fold++) {
    const teaches = labels.map((label, i) => (label >= 0 && folds[i] !== fold ? 1 : 0));
    const weights = fitted(inputs, targets, teaches);
    const values = tf.tidy(() => tf.softmax(tf.matMul(inputs, weights)).dataSync());
    weights.dispose();
    for (const [i, own] of folds.entries())
      if (own === fold) probabilities.set(values.subarray(i * classes, (i + 1) * classes), i * classes);
  }
  tf.dispose([inputs, targets]);
  return probabilities;
}

/** `[N,F+1]`: features of mean 0 and deviation 1, and a 1 for the bias. No label is looked at. */
function standardized(features: Float32Array, n: number): Tensor2D {
  return tf.tidy(() => {
    const values = tf.tensor2d(features, [n, features.length / n]);
    const { mean, variance } = tf.moments(values, 0);
    const scaled = tf.div(tf.sub(values, mean), tf.sqrt(tf.add(variance, 1e-6)));
    return tf.concat([scaled, tf.ones([n, 1])], 1) as Tensor2D;
  });
}

/** Weights `[F+1,classes]` with the least cross entropy over the pictures that teach, and the least squares. */
function fitted(inputs: Tensor2D, targets: Tensor2D, teaches: readonly number[]): Tensor2D {
  const shape: [number, number] = [inputs.shape[1], targets.shape[1]];
  const all = teaches.reduce((sum, each) => sum + each, 0);
  const shares = tf.tensor2d(
    teaches.map((each) => each / all),
    [teaches.length, 1],
  );
  let state: Record<'weights' | 'mean' | 'square', Tensor> = {
    weights: tf.zeros(shape),
    mean: tf.zeros(shape),
    square: tf.zeros(shape),
  };
  for (let step = 1; step <= STEPS; step++) {
    const next = tf.tidy(() => {
      const errors = tf.mul(tf.sub(tf.softmax(tf.matMul(inputs, state.weights)), targets), shares);
      const gradient = tf.add(tf.matMul(inputs, errors, true), tf.mul(state.weights, DECAY));
      const mean = tf.add(tf.mul(state.mean, BETA1), tf.mul(gradient, 1 - BETA1));
      const square = tf.add(tf.mul(state.square, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
      const spread = tf.sqrt(tf.div(square, 1 - BETA2 ** step));
      const move = tf.div(tf.div(mean, 1 - BETA1 ** step), tf.add(spread, EPSILON));
      return { weights: tf.sub(state.weights, tf.mul(move, LEARNING_RATE)), mean, square };
    });
    tf.dispose(state);
    state = next;
  }
  tf.dispose([shares, state.mean, state.square]);
  return state.weights as Tensor2D;
}
