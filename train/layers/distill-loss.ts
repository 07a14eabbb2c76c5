// The loss of distillation: how far a network's softened answers are from its teacher's.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { crossEntropyOf } from './loss.ts';
import { labelsCrossEntropy } from './target-loss.ts';

/**
 * T^2 times the Kullback-Leibler divergence of softened answers from the teacher's, mean over the batch. The factor keeps
 * the gradients as large as those of the labels. Hinton et al. 2015, https://arxiv.org/abs/1503.02531, section 2.
 *
 * @param logits - `[N,K]` float32.
 * @param teacher - `[N,K]`: the teacher's probabilities at the same temperature.
 * @param independent - Of several labels each has a divergence of its own, of which the mean is taken.
 */
export function distillation(
  logits: Tensor,
  teacher: Tensor,
  temperature: number,
  independent = false,
): Tensor {
  const soft = tf.div(logits, temperature);
  const loss = independent
    ? tf.sub(
        labelsCrossEntropy(soft, teacher),
        tf.mean(tf.add(entropy(teacher), entropy(tf.sub(1, teacher)))),
      )
    : tf.mean(tf.sub(crossEntropyOf(soft, teacher), tf.sum(entropy(teacher), 1)));
  return tf.mul(loss, temperature ** 2);
}

/** -p ln p of each, 0 where p is 0. */
function entropy(p: Tensor): Tensor {
  return tf.neg(tf.mul(p, tf.log(tf.maximum(p, 2 ** -126))));
}
