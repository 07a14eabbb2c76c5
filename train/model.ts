// From uint8 pictures to logits: preprocessing and architecture as one function, the same in training and export.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { attribute, backend, DataType, tf } from './graph/tensorflow.ts';
import type { Architecture, Net } from './layers/net.ts';
import type { Recipe } from './recipes/recipe.ts';
import { averagedLogits } from './tta.ts';

/** Standardisation in units of the bytes' scale: (byte / 255 - mean) / deviation, one number per channel. */
export interface Standardise {
  mean: readonly number[];
  deviation: readonly number[];
}

/**
 * Logits `[N,classes]` of pictures.
 * @param images - uint8 `[N,H,W,C]`.
 * @param tta - Averages over several views of each picture.
 */
export function logitsOf(
  net: Net,
  architecture: Architecture,
  standardise: Standardise,
  images: Tensor,
  tta: Recipe['tta'] = 'none',
): Tensor {
  return averagedLogits(standardised(images, standardise), tta, (views) => architecture(net, views));
}

/** Probabilities `[N,classes]` of pictures: what is evaluated, exported and served. */
export function probabilitiesOf(
  net: Net,
  architecture: Architecture,
  standardise: Standardise,
  images: Tensor,
  tta: Recipe['tta'] = 'none',
): Tensor {
  return tf.softmax(logitsOf(net, architecture, standardise, images, tta));
}

/** uint8 to standardised float32, `[N,H,W,C]`, as one multiplication and one addition. */
export function standardised(images: Tensor, { mean, deviation }: Standardise): Tensor {
  const scale = deviation.map((d) => 1 / (255 * d));
  const shift = mean.map((m, i) => -m / (deviation[i] ?? 1));
  return tf.add(tf.mul(fromUint8(images), tf.tensor1d(scale)), tf.tensor1d(shift));
}

/** tfjs knows no uint8 and would cast from int32; this is TensorFlow's cast from what the tensor truly holds. */
function fromUint8(images: Tensor): Tensor {
  return backend.executeSingleOutput(
    'Cast',
    [
      attribute.type('SrcT', DataType.uint8),
      attribute.type('DstT', DataType.float32),
      attribute.bool('Truncate', false),
    ],
    [images],
  );
}
