// A tfjs model that was read back from a folder, as a classifier to compare.
import type { InferenceModel, Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Shape } from '../../models/image/shape.ts';
import { sizeOf } from '../../models/shape.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import type { Classifier } from '../parity/classifier.ts';

/**
 * @param toInput - Makes the model's input of bytes `[N,H,W,C]`.
 */
export function tfjsClassifier(
  model: Pick<InferenceModel, 'predict'> & { dispose(): unknown },
  shape: Shape,
  toInput: (images: Uint8Array, dims: [number, number, number, number]) => Tensor,
): Classifier {
  return {
    async classify(images) {
      const output = tf.tidy(
        () => model.predict(toInput(images, [images.length / sizeOf(shape), ...shape]), {}) as Tensor,
      );
      const values = Float32Array.from(output.dataSync());
      output.dispose();
      return values;
    },
    async close() {
      model.dispose();
    },
  };
}
