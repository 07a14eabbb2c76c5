// The layers of their own that models of UpscalerJS have: its packages register them in the same way.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';

type Tensors = Parameters<InstanceType<typeof tf.layers.Layer>['call']>[0];

const first = (inputs: Tensors) => (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;

/** Registers them with tfjs. */
export function registerLayers(): void {
  class MultiplyBeta extends tf.layers.Layer {
    static className = 'MultiplyBeta';
    override call(inputs: Tensors) {
      return tf.mul(first(inputs), 0.2);
    }
  }
  tf.serialization.registerClass(MultiplyBeta);
  for (const scale of [2, 3, 4, 8]) tf.serialization.registerClass(pixelShuffle(scale));
}

/** Channels moved into places. */
function pixelShuffle(scale: number) {
  return class PixelShuffle extends tf.layers.Layer {
    static className = `PixelShuffle${scale}x`;
    override computeOutputShape(shape: (number | null)[]) {
      return [...shape.slice(0, -1), 3];
    }
    override call(inputs: Tensors) {
      return tf.depthToSpace(first(inputs) as Tensor4D, scale, 'NHWC');
    }
  };
}
