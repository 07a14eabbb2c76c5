// The processor as training sees it: cores, memory, and the instructions that decide between float32 and bfloat16.
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { processors } from './processors.mjs';

/** Features that TensorFlow's oneDNN kernels look for, and their names in Linux's /proc/cpuinfo. */
const features = {
  AVX2: 'avx2',
  AVX512: 'avx512f',
  AVX512_BF16: 'avx512_bf16',
  AMX_BF16: 'amx_bf16',
};

/**
 * @typedef {object} Cpu
 * @property {string} model
 * @property {number} cores that this process may use
 * @property {number} memory in bytes, the container's limit if there is one
 * @property {Record<string, boolean>} features by name
 * @property {boolean} nativeBfloat16 without it bfloat16 is emulated, and slower than float32
 */

/** @returns {Cpu} */
export function inspectCpu() {
  const flags = new Set(readFlags());
  const limit = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  const entries = Object.entries(features).map(([name, flag]) => [name, flags.has(flag)]);
  return {
    model: cpus()[0]?.model.trim() ?? 'unknown',
    cores: processors(),
    memory: Math.min(totalmem(), limit),
    features: Object.fromEntries(entries),
    nativeBfloat16: flags.has(features.AVX512_BF16) || flags.has(features.AMX_BF16),
  };
}

function readFlags() {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' ') ?? [];
  } catch {
    return []; // not Linux
  }
}
