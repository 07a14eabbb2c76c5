// The machine and the versions that a run was made with, kept beside its results.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { backend, tf } from './graph/tensorflow.ts';

export interface Environment {
  node: string;
  tfjs: string;
  tensorflow: string;
  device: 'gpu' | 'cpu';
  cpu: string;
  cores: number;
  /** GiB. */
  memory: number;
  /** Native instructions for bfloat16, as Linux names them. */
  bfloat16: string[];
}

/** Describes this process and its machine. */
export function describeEnvironment(): Environment {
  const flags = cpuFlags();
  return {
    node: process.versions.node,
    tfjs: tf.version.tfjs,
    tensorflow: backend.binding.TF_Version,
    device: backend.binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    bfloat16: ['avx512_bf16', 'amx_bf16'].filter((flag) => flags.includes(flag)),
  };
}

function cpuFlags(): string[] {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' ') ?? [];
  } catch {
    return [];
  }
}
