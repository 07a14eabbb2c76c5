// The processor as training sees it: cores, memory, and the instructions that decide between float32 and bfloat16.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { processors } from './processors.mjs';

/** Features that TensorFlow's oneDNN kernels look for, by architecture, and their names in Linux's /proc/cpuinfo. */
const features = {
  x64: { AVX2: 'avx2', AVX512: 'avx512f', AVX512_BF16: 'avx512_bf16', AMX_BF16: 'amx_bf16' },
  arm64: { NEON: 'asimd', SVE: 'sve', BF16: 'bf16', I8MM: 'i8mm' },
};

/** Names of macOS for those of ARM. Reference: Apple, "Determining instruction set characteristics". */
const appleNames = { AdvSIMD: 'asimd', FEAT_BF16: 'bf16', FEAT_I8MM: 'i8mm' };

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
  const limit = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return {
    model: cpus()[0]?.model.trim() ?? 'unknown',
    cores: processors(),
    memory: Math.min(totalmem(), limit),
    ...instructionsOf(flagsHere()),
  };
}

/**
 * What a processor can do.
 * @param {ReadonlySet<string>} flags by Linux's names
 * @param {string} arch
 * @param {string} platform
 * @returns {Pick<Cpu, 'features' | 'nativeBfloat16'>}
 */
export function instructionsOf(flags, arch = process.arch, platform = process.platform) {
  const known = Object.entries(arch === 'arm64' ? features.arm64 : features.x64);
  const found = Object.fromEntries(known.map(([name, flag]) => [name, flags.has(flag)]));
  // TensorFlow's wheel for macOS is without oneDNN, so nothing in it uses them.
  const hasKernels = platform !== 'darwin';
  const nativeBfloat16 = hasKernels && ['AVX512_BF16', 'AMX_BF16', 'BF16'].some((name) => found[name]);
  return { features: found, nativeBfloat16 };
}

function flagsHere() {
  return process.platform === 'darwin' ? appleFlags(sysctl()) : linuxFlags(cpuinfo());
}

/**
 * The flags of the first processor: `flags` on x86, `Features` on ARM.
 * @param {string} text of /proc/cpuinfo
 */
export function linuxFlags(text) {
  const [, list = ''] = /^(?:flags|Features)\s*:(.*)$/m.exec(text) ?? [];
  return new Set(list.trim().split(' '));
}

/**
 * The flags of a processor of Apple's, by Linux's names.
 * @param {string} text of `sysctl hw.optional`: lines such as `hw.optional.arm.FEAT_BF16: 1`
 */
export function appleFlags(text) {
  return new Set(
    Object.entries(appleNames).flatMap(([name, flag]) =>
      new RegExp(`^hw\\.optional\\.(?:arm\\.)?${name}: 1$`, 'm').test(text) ? [flag] : [],
    ),
  );
}

function sysctl() {
  return spawnSync('sysctl', ['hw.optional'], { encoding: 'utf8' }).stdout ?? '';
}

function cpuinfo() {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return ''; // neither Linux nor macOS
  }
}
