// Muon: momentum whose direction is made orthogonal, for weights that are matrices; the others go by Adam.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { adam, moments } from './adam.ts';
import { defineOptimizer, slot } from './optimizer.ts';

// Coefficients and number of steps of the quintic Newton-Schulz iteration, as published.
const [A, B, C] = [3.4445, -4.775, 2.0315] as const;
const ITERATIONS = 5;
const EPSILON = 1e-7;

/**
 * Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/, with Nesterov momentum, decoupled decay and the step
 * size scaled by sqrt(max(1, outputs / inputs)), as torch.optim.Muon does by default. A convolution's kernel is taken
 * for a matrix of outputs by everything else. Biases, batch norm and other vectors are Adam's, with momentum for beta 1.
 * The iteration has the step's precision; the published code runs it in bfloat16.
 */
export const muon = defineOptimizer({
  name: 'muon',
  options: moments,
  build(options) {
    const vectors = adam({ ...options, decoupled: true });
    return {
      slots: (shape) => (shape.length < 2 ? vectors.slots(shape) : ['mean']),
      update(weight, gradient, slots, scalars) {
        if (weight.rank < 2) return vectors.update(weight, gradient, slots, scalars);
        const { learningRate, momentum } = scalars;
        // The mean is a moving average, as in PyTorch: the gradient's share is 1 - momentum.
        const mean = tf.add(tf.mul(slot(slots, 'mean'), momentum), tf.mul(gradient, tf.sub(1, momentum)));
        const direction = tf.add(tf.mul(gradient, tf.sub(1, momentum)), tf.mul(mean, momentum));
        const outputs = weight.shape.at(-1) ?? 1;
        const matrix = tf.reshape(direction, [-1, outputs]) as Tensor2D;
        const scale = Math.sqrt(Math.max(1, outputs / matrix.shape[0]));
        const change = tf.mul(orthogonal(matrix), tf.mul(learningRate, scale));
        const shrunk = tf.mul(weight, tf.sub(1, tf.mul(learningRate, options.weightDecay)));
        return { weight: tf.sub(shrunk, tf.reshape(change, weight.shape)), slots: { mean } };
      },
    };
  },
});

/** The nearest matrix with singular values near 1, by Newton-Schulz iteration; its products are of the smaller side. */
function orthogonal(matrix: Tensor2D): Tensor {
  // Stryker disable next-line ConditionalExpression,EqualityOperator: either product gives the same, one of them sooner
  const tall = matrix.shape[0] > matrix.shape[1];
  // Not tf.norm, which squares by the slow Pow.
  const norm = tf.sqrt(tf.sum(tf.square(matrix)));
  let x = tf.div(matrix, tf.maximum(norm, EPSILON)) as Tensor2D;
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = tf.matMul(x, x, tall, !tall);
    const polynomial = tf.add(tf.mul(gram, B), tf.matMul(tf.mul(gram, C), gram)) as Tensor2D;
    x = tf.add(tf.mul(x, A), tall ? tf.matMul(x, polynomial) : tf.matMul(polynomial, x)) as Tensor2D;
  }
  return x;
}
