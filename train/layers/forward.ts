// From uint8 pictures to logits: preprocessing and architecture as one function, the same in training and export.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';
import { MEAN_IMAGE } from './mean-image.ts';
import type { Architecture, Net } from './net.ts';
import { averagedLogits, type Tta } from './tta.ts';

/** Standardization in units of the bytes' scale: (byte / 255 - mean) / deviation, one number per channel. */
export interface Standardize {
  mean: readonly number[];
  deviation: readonly number[];
  /** Subtracts the mean of each pixel, a statistic of the network, instead of `mean`. */
  meanImage?: true;
}

/**
 * Logits `[N,classes]` of pictures.
 * @param images - uint8 `[N,H,W,C]`.
 * @param tta - Averages over several views of each picture.
 */
export function logitsOf(
  net: Net,
  architecture: Architecture,
  standardize: Standardize,
  images: Tensor,
  tta: Tta = 'none',
): Tensor {
  if (architecture.takesBytes) return architecture(net, images);
  const average = standardize.meanImage && net.statistic(MEAN_IMAGE, images.shape.slice(1), 0);
  return averagedLogits(standardized(images, standardize, average), tta, (views) => architecture(net, views));
}

/** Probabilities `[N,classes]` of pictures: what is evaluated, exported and served. */
export function probabilitiesOf(...model: Parameters<typeof logitsOf>): Tensor {
  return tf.softmax(logitsOf(...model));
}

/**
 * uint8 to standardized float32, `[N,H,W,C]`, as one multiplication and one addition.
 * @param average - The mean image `[H,W,C]`, from 0 to 255, instead of one mean per channel.
 */
export function standardized(images: Tensor, { mean, deviation }: Standardize, average?: Tensor): Tensor {
  const scale = deviation.map((d) => 1 / (255 * d));
  if (average !== undefined) return tf.mul(tf.sub(fromUint8(images), average), tf.tensor1d(scale));
  const shift = mean.map((m, i) => -m / (deviation[i] ?? 1));
  return tf.add(tf.mul(fromUint8(images), tf.tensor1d(scale)), tf.tensor1d(shift));
}

/** tfjs knows no uint8 and would cast from int32; this is TensorFlow's cast from what the tensor truly holds. */
export function fromUint8(images: Tensor): Tensor {
  return backend.executeSingleOutput(
    'Cast',
    [
      eagerAttribute.type('SrcT', DataType.uint8),
      eagerAttribute.type('DstT', DataType.float32),
      eagerAttribute.bool('Truncate', false),
    ],
    [images],
  );
}
