// Whether this checkout is set up for an NVIDIA GPU: chosen once with --gpu or --cpu, and remembered.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './paths.mjs';

/** onnxruntime's CUDA provider and its CUDA libraries, after a set-up with --gpu. */
export const cudaFolder = join(stateFolder, 'onnxruntime-gpu');

const mark = join(stateFolder, 'gpu');

/** True after `--gpu`, until `--cpu`. */
export function isGpu() {
  return existsSync(mark);
}

/** @param {boolean} gpu */
export function rememberGpu(gpu) {
  mkdirSync(stateFolder, { recursive: true });
  if (gpu) writeFileSync(mark, '');
  else rmSync(mark, { force: true });
}
