// Stochastic gradient descent as PyTorch's torch.optim.SGD defines it: plain here, with momentum in momentum.ts and nesterov.ts.
import { tf } from '../graph/tensorflow.ts';
import { defineOptimizer, type Optimizer, slot } from './optimizer.ts';

export const plainSgd = defineOptimizer({
  name: 'sgd',
  options: {},
  build: ({ weightDecay }) => sgd({ weightDecay, momentum: 'none' }),
});

export interface SgdOptions {
  /** `nesterov` looks ahead along the velocity: Sutskever et al. 2013, "On the importance of initialization and momentum". */
  momentum: 'none' | 'plain' | 'nesterov';
  /** L2: added to the gradient. */
  weightDecay: number;
}

/**
 * velocity = momentum * velocity + gradient; weight -= learningRate * velocity; with Nesterov, weight -= learningRate *
 * (gradient + momentum * velocity), multiplied and added in the order of TensorFlow's ApplyMomentum, which the compiled
 * step uses.
 */
export function sgd({ momentum, weightDecay }: SgdOptions): Optimizer {
  return {
    slots: () => (momentum === 'none' ? [] : ['velocity']),
    update(weight, gradient, slots, scalars) {
      // Stryker disable next-line ConditionalExpression: a decay of zero adds zero, by two operations more
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, weightDecay));
      if (momentum === 'none')
        return { weight: tf.sub(weight, tf.mul(decayed, scalars.learningRate)), slots: {} };
      const velocity = tf.add(tf.mul(slot(slots, 'velocity'), scalars.momentum), decayed);
      const nesterov = momentum === 'nesterov';
      const along = tf.mul(nesterov ? tf.mul(velocity, scalars.momentum) : velocity, scalars.learningRate);
      const change = nesterov ? tf.add(tf.mul(decayed, scalars.learningRate), along) : along;
      return { weight: tf.sub(weight, change), slots: { velocity } };
    },
  };
}
