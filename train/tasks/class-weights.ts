// What a picture of each class counts in the loss, where classes are not of the same size: a constant of the training step.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { tf } from '../graph/tensorflow.ts';
import type { Net, Parameters } from '../layers/net.ts';
import { countsOf } from './class-counts.ts';
import type { ClassWeights } from './task.ts';

/** Name of the constant, in checkpoints. */
export const CLASS_WEIGHTS = 'class_weights';

/**
 * The weights in the order of the labels. Balanced ones are scikit-learn's `compute_class_weight`: all classes together count
 * alike, and a picture counts 1 on average.
 *
 * @throws UserError for the name of a class that the data do not have.
 */
export function classWeightsOf(
  weights: ClassWeights,
  { name, labels, train }: Pick<Dataset, 'name' | 'labels' | 'train'>,
): Float32Array {
  if (weights === 'balanced') {
    const counts = countsOf(train, labels.length);
    const present = counts.filter((count) => count > 0).length;
    return Float32Array.from(counts, (count) => (count === 0 ? 1 : train.n / (present * count)));
  }
  for (const label of Object.keys(weights))
    if (!labels.includes(label))
      throw new UserError(
        `--class-weights names ${JSON.stringify(label)}, but ${name} has no such class. ${suggestion(label, labels)}`,
      );
  return Float32Array.from(labels, (label) => weights[label] ?? 1);
}

/** Gives a network the weights of its classes. */
export function addClassWeights({ statistics }: Parameters, weights: Float32Array): void {
  statistics.set(
    CLASS_WEIGHTS,
    tf.tidy(() => tf.variable(tf.tensor1d(weights), false)),
  );
}

/** `[classes]` float32. */
export function classWeightsIn(net: Net, classes: number): Tensor {
  return net.statistic(CLASS_WEIGHTS, [classes], 1);
}
