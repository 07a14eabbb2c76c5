// The whitening initializer: a first convolution whose outputs are uncorrelated and of equal variance on the data.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';
import type { Initializer } from './initializers.ts';

// Added to the eigenvalues: directions of less variance are noise (arXiv 2404.00498, section 3.1).
const EPSILON = 5e-4;

/**
 * The eigenvectors of the covariance of image patches, divided by the square roots of their eigenvalues, and their
 * negatives: a kernel `[k,k,C,2*k*k*C]`. Largest eigenvalue first; a vector's sign makes its first largest value positive.
 * Page 2019, "How to Train Your ResNet 8", https://myrtle.ai; Jordan 2024, arXiv 2404.00498, section 3.1.
 *
 * @throws Error when the shape is not of this form, or there are no examples.
 */
export const whitening: Initializer = (shape, _seed, name, examples) => {
  const [height = 0, width = 0, channels = 0, outputs = 0] = shape;
  const length = height * width * channels;
  if (outputs !== 2 * length)
    throw new Error(`${name}: a whitening kernel [${shape}] has ${2 * length} outputs, received ${outputs}`);
  if (examples === undefined) throw new Error(`${name}: a whitening kernel needs examples of the data`);
  const { values, shape: imagesShape } = examples();
  const [eigenvalues, eigenvectors] = tf.tidy(() => {
    const patches = patchesOf(tf.tensor4d(values, [...imagesShape]), height, width);
    const covariance = tf.div(tf.matMul(patches, patches, true, false), patches.shape[0] ?? 1);
    const decomposed = backend.executeMultipleOutputs(
      'SelfAdjointEigV2',
      [eagerAttribute.type('T', DataType.float32), eagerAttribute.bool('compute_v', true)],
      [covariance],
      2,
    );
    return decomposed.map((tensor) => tensor.dataSync() as Float32Array);
  }) as [Float32Array, Float32Array];

  const kernel = new Float32Array(length * outputs);
  for (let k = 0; k < length; k++) {
    // TensorFlow's eigenvalues ascend, and its eigenvectors are columns.
    const column = length - 1 - k;
    const vector = Float32Array.from({ length }, (_, i) => eigenvectors[i * length + column] ?? 0);
    const largest = vector.reduce(
      (best, value) => (Math.abs(value) > Math.abs(best) + 1e-6 ? value : best),
      0,
    );
    const scale = Math.sign(largest) / Math.sqrt((eigenvalues[column] ?? 0) + EPSILON);
    for (let i = 0; i < length; i++) {
      kernel[i * outputs + k] = (vector[i] ?? 0) * scale;
      kernel[i * outputs + length + k] = -(vector[i] ?? 0) * scale;
    }
  }
  return kernel;
};

/** Every patch of `height` x `width`, as rows in the order of a kernel's values: `[n*places, height*width*C]`. */
function patchesOf(images: Tensor, height: number, width: number): Tensor {
  const patches = backend.executeSingleOutput(
    'ExtractImagePatches',
    [
      eagerAttribute.type('T', DataType.float32),
      eagerAttribute.int('ksizes', [1, height, width, 1]),
      eagerAttribute.int('strides', [1, 1, 1, 1]),
      eagerAttribute.int('rates', [1, 1, 1, 1]),
      eagerAttribute.string('padding', 'VALID'),
    ],
    [images],
  );
  return tf.reshape(patches, [-1, patches.shape[3] ?? 0]);
}
