// Activations, with TensorFlow's fused gradients: tfjs's ReLU gradient takes three ops.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { attribute, backend, customGradient, DataType, tf } from '../graph/tensorflow.ts';

const attributes = [attribute.type('T', DataType.float32)];

const applyRelu = customGradient((...args: unknown[]) => {
  const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
  const value = backend.executeSingleOutput('Relu', attributes, [x]);
  save([value]);
  return {
    value,
    gradFunc: (dy: Tensor, saved: Tensor[]) =>
      backend.executeSingleOutput('ReluGrad', attributes, [dy, ...saved]),
  };
});

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return applyRelu(x);
}

const applyRelu6 = customGradient((...args: unknown[]) => {
  const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
  const value = backend.executeSingleOutput('Relu6', attributes, [x]);
  save([value]);
  return {
    value,
    gradFunc: (dy: Tensor, saved: Tensor[]) =>
      backend.executeSingleOutput('Relu6Grad', attributes, [dy, ...saved]),
  };
});

/** min(max(x, 0), 6). Howard et al. 2017, https://arxiv.org/abs/1704.04861. */
export function relu6(x: Tensor): Tensor {
  return applyRelu6(x);
}

const applyGelu = customGradient((...args: unknown[]) => {
  const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
  const cdf = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
  save([x, cdf]);
  return {
    value: tf.mul(x, cdf),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [input, phi] = saved as [Tensor, Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(phi, tf.mul(input, density)));
    },
  };
});

/** x times the normal distribution's share below x. Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415. */
export function gelu(x: Tensor): Tensor {
  return applyGelu(x);
}
