// Weights for the cases: the same numbers for the same name.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';

/** Normal numbers with deviation 0.3. */
export function weight(name: string, shape: readonly number[]): Tensor {
  const next = random(3, name);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Array.from({ length: size }, () => normal(next) * 0.3),
    [...shape],
  );
}
