// Kernels of tfjs-node that read values while they compute: replaced during a trace, in which there are none.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, dataTypeOf, eagerAttribute, tf } from './tensorflow.ts';

const BACKEND = 'tensorflow';

/** Without tfjs's own check of every index: TensorFlow checks them as well. */
const gather: Parameters<typeof tf.registerKernel>[0] = {
  kernelName: 'GatherV2',
  backendName: BACKEND,
  kernelFunc: ({ inputs, attrs }) => {
    // The border with tfjs: a kernel's arguments have no types.
    const { x, indices } = inputs as unknown as { x: Tensor; indices: Tensor };
    const axis = tf.scalar(Number(attrs?.axis ?? 0), 'int32');
    const attributes = [
      eagerAttribute.int('batch_dims', Number(attrs?.batchDims ?? 0)),
      eagerAttribute.type('Tparams', dataTypeOf(x)),
      eagerAttribute.type('Tindices', DataType.int32),
      eagerAttribute.type('Taxis', DataType.int32),
    ];
    return backend.executeSingleOutput('GatherV2', attributes, [x, indices, axis]);
  },
};

/** Runs `body` with kernels that read nothing back. */
export function withoutReading<T>(body: () => T): T {
  const own = tf.getKernel(gather.kernelName, BACKEND);
  tf.unregisterKernel(gather.kernelName, BACKEND);
  tf.registerKernel(gather);
  try {
    return body();
  } finally {
    tf.unregisterKernel(gather.kernelName, BACKEND);
    tf.registerKernel(own);
  }
}
