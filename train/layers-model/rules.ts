// Rules of optimizers that tfjs has and recipes have not, in tfjs's arithmetic.
import { tf } from '../graph/tensorflow.ts';
import { type Optimizer, slot } from '../optimizers/optimizer.ts';

/** Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html. */
export function adagrad({ epsilon }: { epsilon: number }): Optimizer {
  return {
    slots: () => ['sum'],
    update(weight, gradient, slots, { learningRate }) {
      const sum = tf.add(slot(slots, 'sum'), tf.square(gradient));
      const change = tf.mul(tf.div(gradient, tf.sqrt(tf.add(sum, epsilon))), learningRate);
      return { weight: tf.sub(weight, change), slots: { sum } };
    },
  };
}

/** Zeiler 2012, https://arxiv.org/abs/1212.5701; tfjs divides by the mean square before this step's gradient joins it. */
export function adadelta({ rho, epsilon }: { rho: number; epsilon: number }): Optimizer {
  return {
    slots: () => ['square', 'change'],
    update(weight, gradient, slots, { learningRate }) {
      const before = { square: slot(slots, 'square'), change: slot(slots, 'change') };
      const square = tf.add(tf.mul(before.square, rho), tf.mul(tf.square(gradient), 1 - rho));
      const size = tf.div(tf.sqrt(tf.add(before.change, epsilon)), tf.sqrt(tf.add(before.square, epsilon)));
      const update = tf.mul(size, gradient);
      const change = tf.add(tf.mul(before.change, rho), tf.mul(tf.square(update), 1 - rho));
      return { weight: tf.sub(weight, tf.mul(update, learningRate)), slots: { square, change } };
    },
  };
}

export interface RmspropOptions {
  /** Of the mean square. */
  readonly decay: number;
  readonly momentum: number;
  readonly epsilon: number;
  /** Subtracts the square of the mean gradient from the mean square. */
  readonly centered: boolean;
}

/** Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf, slide 29. */
export function rmsprop({ decay, momentum, epsilon, centered }: RmspropOptions): Optimizer {
  return {
    slots: () => ['square', 'moment', ...(centered ? ['mean'] : [])],
    update(weight, gradient, slots, { learningRate }) {
      const square = tf.add(tf.mul(slot(slots, 'square'), decay), tf.mul(tf.square(gradient), 1 - decay));
      const mean = centered && tf.add(tf.mul(slot(slots, 'mean'), decay), tf.mul(gradient, 1 - decay));
      // Both as tfjs has them: centered, the epsilon is subtracted.
      const under = mean ? tf.sub(square, tf.add(tf.square(mean), epsilon)) : tf.add(square, epsilon);
      const change = tf.div(tf.mul(gradient, learningRate), tf.sqrt(under));
      const moment = momentum === 0 ? change : tf.add(tf.mul(slot(slots, 'moment'), momentum), change);
      return { weight: tf.sub(weight, moment), slots: { square, moment, ...(mean && { mean }) } };
    },
  };
}
