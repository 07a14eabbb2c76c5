// Stochastic gradient descent, with momentum, as PyTorch's torch.optim.SGD defines it.
import { tf } from '../graph/tensorflow.ts';
import { type Optimizer, slot } from './optimizer.ts';

export interface SgdOptions {
  momentum: boolean;
  /** Looks ahead along the velocity. Sutskever et al. 2013, "On the importance of initialization and momentum". */
  nesterov: boolean;
  /** L2: added to the gradient. */
  weightDecay: number;
}

/** velocity = momentum * velocity + gradient; weight -= learningRate * velocity. */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  return {
    slots: () => (momentum ? ['velocity'] : []),
    update(weight, gradient, slots, scalars) {
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, weightDecay));
      if (!momentum) return { weight: tf.sub(weight, tf.mul(decayed, scalars.learningRate)), slots: {} };
      const velocity = tf.add(tf.mul(slot(slots, 'velocity'), scalars.momentum), decayed);
      const direction = nesterov ? tf.add(decayed, tf.mul(velocity, scalars.momentum)) : velocity;
      return { weight: tf.sub(weight, tf.mul(direction, scalars.learningRate)), slots: { velocity } };
    },
  };
}
