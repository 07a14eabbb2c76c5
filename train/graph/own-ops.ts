// Whether TensorFlow ops of ours for CPUs are there, and faster than what they stand for.
import { inspectCpu } from '../../setup/machine/cpu.mjs';
import { backend, DataType, eagerAttribute, tf } from './tensorflow.ts';

/**
 * On CPUs with AVX-512: compilers make something slow of their vectors for AVX2 (GELU takes 14 ns a value in float32,
 * against 0.6). An addon that was built before them lacks them.
 */
export function hasOwnOps(): boolean {
  if (backend.binding.isUsingGpuDevice() || !inspectCpu().features.AVX512) return false;
  try {
    tf.tidy(() => {
      const attributes = [eagerAttribute.type('T', DataType.float32)];
      backend.executeSingleOutput('TrainyardGelu', attributes, [tf.scalar(0)]);
    });
    return true;
  } catch {
    return false;
  }
}
