// Activations, with TensorFlow's fused gradients: tfjs's ReLU gradient takes three ops.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { attribute, backend, DataType, tf } from '../graph/tensorflow.ts';

const attributes = [attribute.type('T', DataType.float32)];

const applyRelu = tf.customGrad((...args: unknown[]) => {
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
