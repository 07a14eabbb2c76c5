// Whether this machine is set up for an NVIDIA GPU: chosen once with --gpu or --cpu, and remembered.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortDigest } from '../files/index.mjs';
import { cacheFolder, root, stateFolder } from '../paths.mjs';

export const cudaRequirements = 'onnxruntime-gpu.txt';

/** A copy of onnxruntime for Node with its CUDA provider and CUDA libraries, after a set-up with --gpu. */
export function cudaFolder() {
  const requirements = readFileSync(join(root, 'setup', 'requirements', cudaRequirements));
  return join(cacheFolder(), 'onnxruntime-gpu', shortDigest(createHash('sha256').update(requirements)));
}

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
