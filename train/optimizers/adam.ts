// Adam, whose weight decay is added to the gradient; its rule is AdamW's as well (adamw.ts).
import { z } from 'zod';
import { tf } from '../graph/tensorflow.ts';
import { defineOptimizer, type Optimizer, slot } from './optimizer.ts';

/** Options of Adam and of what is built on it. */
export const moments = {
  beta2: z.number().gt(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
};

export const plainAdam = defineOptimizer({
  name: 'adam',
  options: moments,
  build: (options) => adam({ ...options, decoupled: false }),
});

export interface AdamOptions {
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Shrinks the weight itself, by learningRate * weightDecay (AdamW), instead of adding to the gradient (L2). */
  decoupled: boolean;
}

/**
 * Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1 (beta 1 is the step's momentum);
 * decoupled decay: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101, algorithm 2, as in torch.optim.AdamW.
 */
export function adam({ beta2, epsilon, weightDecay, decoupled }: AdamOptions): Optimizer {
  return {
    slots: () => ['mean', 'variance'],
    update(weight, gradient, slots, { learningRate, momentum, step }) {
      // Stryker disable next-line ConditionalExpression: a decay of zero adds zero, by two operations more
      const decays = weightDecay !== 0;
      // Stryker disable next-line LogicalOperator: without a decay, as above
      const g = decays && !decoupled ? tf.add(gradient, tf.mul(weight, weightDecay)) : gradient;
      const mean = tf.add(tf.mul(slot(slots, 'mean'), momentum), tf.mul(g, tf.sub(1, momentum)));
      const variance = tf.add(tf.mul(slot(slots, 'variance'), beta2), tf.mul(tf.square(g), 1 - beta2));
      // Both bias corrections are scalars. That of the variance goes by expm1: float32's nearest number to 0.999 would
      // leave 1 - beta2 wrong by 1e-5.
      const size = tf.div(learningRate, tf.sub(1, tf.pow(momentum, step)));
      const correction = tf.neg(tf.expm1(tf.mul(step, Math.log(beta2))));
      const change = tf.div(tf.mul(mean, size), tf.add(tf.sqrt(tf.div(variance, correction)), epsilon));
      const shrunk =
        // Stryker disable next-line LogicalOperator: with a decay of zero it is a product with one
        decays && decoupled ? tf.mul(weight, tf.sub(1, tf.mul(learningRate, weightDecay))) : weight;
      return { weight: tf.sub(shrunk, change), slots: { mean, variance } };
    },
  };
}
