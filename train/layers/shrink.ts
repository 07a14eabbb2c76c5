// Smaller pictures, each pixel the mean of what it covers.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';

/**
 * `[N,H,W,C]` to `[N,size,size,C]` by TensorFlow's ResizeArea. It has no gradient: it is for pictures, which are not learned.
 */
export function shrink(images: Tensor, size: number): Tensor {
  return backend.executeSingleOutput(
    'ResizeArea',
    [eagerAttribute.type('T', DataType.float32), eagerAttribute.bool('align_corners', false)],
    [images, tf.tensor1d([size, size], 'int32')],
  );
}
