// Bias on the last axis, with TensorFlow's own gradient: tfjs's is a general sum over broadcast axes, which is slower.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, customGradient, DataType, eagerAttribute } from '../graph/tensorflow.ts';

const attributes = [eagerAttribute.type('T', DataType.float32), eagerAttribute.string('data_format', 'NHWC')];

const apply = customGradient((...args: unknown[]) => {
  const [x, bias] = args as [Tensor, Tensor];
  return {
    value: backend.executeSingleOutput('BiasAdd', attributes, [x, bias]),
    gradFunc: (dy: Tensor) => [dy, backend.executeSingleOutput('BiasAddGrad', attributes, [dy])],
  };
});

/** `x + bias`: `[N,...,C]` and `[C]`. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return apply(x, bias);
}
