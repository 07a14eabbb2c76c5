// The machine and the versions that a run was made with, kept with its results.
import { inspectCpu } from '../../setup/machine/cpu.mjs';
import { version } from '../../setup/paths.mjs';
import { backend, tf } from '../graph/tensorflow.ts';

export interface Environment {
  /** The version of this program. */
  trainyard: string;
  node: string;
  tfjs: string;
  tensorflow: string;
  device: 'gpu' | 'cpu';
  cpu: string;
  cores: number;
  /** GiB. */
  memory: number;
  /** Whether the processor multiplies bfloat16 itself. */
  nativeBfloat16: boolean;
}

/** Describes this process and its machine. */
export function describeEnvironment(): Environment {
  const cpu = inspectCpu();
  return {
    trainyard: version,
    node: process.versions.node,
    tfjs: tf.version.tfjs,
    tensorflow: backend.binding.TF_Version,
    device: backend.binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
    cpu: cpu.model,
    cores: cpu.cores,
    memory: Math.round(cpu.memory / 2 ** 30),
    nativeBfloat16: cpu.nativeBfloat16,
  };
}
