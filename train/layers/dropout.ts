// Dropout whose mask TensorFlow draws from the step's seed: tfjs's own would be drawn once and frozen into the graph.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';
import { seedPair } from '../random.ts';
import type { Net } from './net.ts';

/**
 * Zeroes a share of the values and scales the others up, in training; elsewhere the identity.
 * Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html, in the inverted form.
 * @param name - Two dropouts of one network draw different masks when their names differ.
 * @param rate - Share that is zeroed, 0 <= rate < 1.
 */
export function dropout(net: Net, name: string, x: Tensor, rate: number): Tensor {
  if (!net.training || rate === 0) return x;
  const mask = tf.cast(tf.greaterEqual(uniform(net, name, x.shape), rate), 'float32');
  return tf.mul(x, tf.mul(mask, 1 / (1 - rate)));
}

/**
 * Uniform numbers in [0, 1), float32 of `shape`, others in each step of a training.
 * @param name - Two draws of one network differ when their names do.
 * @throws Error outside of training, where a network answers the same each time: look at `net.training` first.
 */
export function uniform(net: Net, name: string, shape: readonly number[]): Tensor {
  if (net.seed === undefined)
    throw new Error(
      `${name}: a network in training needs a seed, and elsewhere nothing is drawn: ask where net.training is true`,
    );
  return statelessUniform(shape, tf.add(net.seed, tf.tensor1d(seedPair(0, name), 'int32')));
}

/** Uniform numbers in [0, 1), float32; the same for the same seed (int32 `[2]`) and shape. */
export function statelessUniform(shape: readonly number[], seed: Tensor): Tensor {
  return backend.executeSingleOutput(
    'StatelessRandomUniform',
    [
      eagerAttribute.type('dtype', DataType.float32),
      eagerAttribute.type('T', DataType.int32),
      eagerAttribute.type('Tseed', DataType.int32),
    ],
    [tf.tensor1d([...shape], 'int32'), seed],
  );
}
