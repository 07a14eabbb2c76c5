// Activations, with TensorFlow's fused gradients: tfjs's ReLU gradient takes three ops.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, customGradient, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';

const attributes = [eagerAttribute.type('T', DataType.float32)];

/** An activation that is one op, whose gradient is one op of its result. */
function fusedActivation(op: string) {
  return customGradient((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const value = backend.executeSingleOutput(op, attributes, [x]);
    save([value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        backend.executeSingleOutput(`${op}Grad`, attributes, [dy, ...saved]),
    };
  });
}

const applyRelu = fusedActivation('Relu');

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return applyRelu(x);
}

const applyRelu6 = fusedActivation('Relu6');

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
