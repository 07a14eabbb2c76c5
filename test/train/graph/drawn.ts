// Tensors to try a graph on.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';

/** Normally distributed numbers, the same for the same name. */
export function drawn(name: string, shape: number[]): Tensor {
  const next = random(1, name);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => normal(next)),
    shape,
    'float32',
  );
}
