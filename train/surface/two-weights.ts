// A network of which two weights can move: all others are fixed where they are.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Shape } from '../../models/image/shape.ts';
import { sizeOf } from '../../models/shape.ts';
import { tf } from '../graph/tensorflow.ts';
import { zeros } from '../layers/initializers.ts';
import { type Architecture, createParameters, type Parameters } from '../layers/net.ts';
import type { Weights } from '../loop/initial-weights.ts';

/** One number of a weight. */
export interface WeightPlace {
  weight: string;
  index: number;
}

/** By how much the two weights have moved, as weights of the network. */
export const OFFSETS = ['offset/x', 'offset/y'] as const;

/** `architecture` with nothing to train but the offsets of two weights from where they are. */
export function withTwoWeights(
  architecture: Architecture,
  places: readonly [WeightPlace, WeightPlace],
): Architecture {
  return (net, images) =>
    architecture(
      {
        training: false,
        statistic: (name, shape, value) => net.statistic(name, shape, value),
        weight(name, shape) {
          let value: Tensor = net.statistic(name, shape, 0);
          for (const [i, place] of places.entries()) {
            if (place.weight !== name) continue;
            const size = sizeOf(shape);
            const direction = tf.tidy(() => {
              const flat = new Float32Array(size);
              flat[place.index] = 1;
              return tf.tensor(flat, shape);
            });
            value = tf.add(value, tf.mul(direction, net.weight(OFFSETS[i] ?? '', [], zeros)));
          }
          return value;
        },
      },
      images,
    );
}

/** Parameters of `withTwoWeights`: the offsets are zero, everything else is as in `weights`. */
export function parametersAt(architecture: Architecture, shape: Shape, weights: Weights): Parameters {
  const parameters = createParameters(architecture, shape, 0);
  for (const [name, variable] of parameters.statistics) {
    const tensor = weights.get(name);
    if (tensor === undefined) throw new Error(`${name} has no value`);
    tf.tidy(() => {
      const value: Tensor = tf.tensor(tensor.values, [...tensor.shape]);
      variable.assign(value as Tensor<never>);
    });
  }
  return parameters;
}
