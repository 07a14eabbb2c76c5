// Runs TensorFlow ops that tfjs itself does not call, such as those of networks with ops of their own.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, type EagerAttribute } from '../../../train/graph/tensorflow.ts';

/** One op with one output. */
export function raw(
  op: string,
  inputs: readonly Tensor[],
  attributes: readonly EagerAttribute[] = [],
): Tensor {
  return backend.executeSingleOutput(op, [...attributes], [...inputs]);
}
