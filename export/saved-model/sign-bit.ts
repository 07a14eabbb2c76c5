// The sign of a number taken from its bits, as Keras 3 does before it looks for the largest one: ONNX has no bits of floats.
import { tf } from '../../train/graph/tensorflow.ts';
import type { Value } from './execute.ts';

/** The first of 32 bits alone. */
const SIGN = -(2 ** 31);

/**
 * The first bit of a float32, by ops that do not need the bits: -0 is what 1 is divided by to become negative infinity.
 * Undefined where other bits are asked for.
 */
export function signBit([bits, mask]: readonly Value[]): Value | undefined {
  if (bits === undefined || mask === undefined || !('tensor' in bits) || !('tensor' in mask))
    return undefined;
  const { bitsOf: x, fixed } = bits;
  if (x?.dtype !== 'float32' || !mask.fixed || mask.tensor.size !== 1 || mask.tensor.dataSync()[0] !== SIGN)
    return undefined;
  const zero = tf.logicalAnd(tf.equal(x, 0), tf.less(tf.div(1, x), 0));
  const negative = tf.logicalOr(tf.less(x, 0), zero);
  return { tensor: tf.mul(tf.cast(negative, 'int32'), tf.scalar(SIGN, 'int32')), fixed };
}
