// Muon: momentum whose direction is made orthogonal, for weights that are matrices; the others go by Adam.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { adam } from './adam.ts';
import { type Optimizer, slot } from './optimizer.ts';

export interface MuonOptions {
  weightDecay: number;
  beta2: number;
  epsilon: number;
}

// Coefficients and number of steps of the quintic Newton-Schulz iteration, as published.
const [A, B, C] = [3.4445, -4.775, 2.0315] as const;
const ITERATIONS = 5;
const EPSILON = 1e-7;

/**
 * Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/, with Nesterov momentum, decoupled decay and the step
 * size scaled by sqrt(max(1, outputs / inputs)), as torch.optim.Muon does by default. A convolution's kernel is taken
 * for a matrix of outputs by everything else. Biases, batch norm and other vectors are Adam's, with momentum for beta 1.
 */
export function muon(options: MuonOptions): Optimizer {
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
      const matrix = tf.transpose(tf.reshape(direction, [-1, outputs])) as Tensor2D;
      const [rows, columns] = matrix.shape;
      const change = tf.mul(orthogonal(matrix), Math.sqrt(Math.max(1, rows / columns)));
      const shrunk = tf.mul(weight, tf.sub(1, tf.mul(learningRate, options.weightDecay)));
      const step = tf.mul(tf.reshape(tf.transpose(change), weight.shape), learningRate);
      return { weight: tf.sub(shrunk, step), slots: { mean } };
    },
  };
}

/** The nearest matrix with singular values near 1, by Newton-Schulz iteration. */
function orthogonal(matrix: Tensor2D): Tensor {
  const tall = matrix.shape[0] > matrix.shape[1];
  let x = tall ? tf.transpose(matrix) : matrix;
  x = tf.div(x, tf.maximum(tf.norm(x), EPSILON));
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = tf.matMul(x, x, false, true);
    const polynomial = tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C)) as Tensor2D;
    x = tf.add(tf.mul(x, A), tf.matMul(polynomial, x));
  }
  return tall ? tf.transpose(x) : x;
}
