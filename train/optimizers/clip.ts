// Clipping: gradients that are too long together are shortened together.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';

/**
 * Scales gradients so that the norm of all of them is at most `limit`; their direction stays.
 * Pascanu et al. 2013, https://arxiv.org/abs/1211.5063, algorithm 1, with the constants of torch's clip_grad_norm_.
 */
export function clipByGlobalNorm(gradients: ReadonlyMap<string, Tensor>, limit: number): Map<string, Tensor> {
  const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const scale = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1);
  return new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, scale)]));
}
