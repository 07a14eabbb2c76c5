// Where onnxruntime for Node is: where npm installed it, or in the cache. It is no dependency of the package, since its
// install script fetches CUDA's libraries from NuGet, 300 MB on every Linux, and where that cannot be reached npm fails,
// or leaves an optional dependency out without a word.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { hasPackages, requireOf } from '../install/npm-packages.mjs';
import { command } from '../invocation.mjs';
import { cudaFolder, isGpu } from '../machine/gpu-choice.mjs';

const here = createRequire(import.meta.url);

/**
 * `require` of whoever has the package; `undefined` when it is nowhere.
 * @returns {NodeRequire | undefined}
 */
export function requireOnnxRuntime() {
  // The copy beside which set-up has put CUDA's provider: onnxruntime looks for it nowhere else.
  if (isGpu() && existsSync(cudaFolder())) return createRequire(join(cudaFolder(), 'package.json'));
  try {
    here.resolve('onnxruntime-node');
    return here;
  } catch {
    return hasPackages('onnxruntime') ? requireOf('onnxruntime') : undefined;
  }
}

/** What to do where the package is nowhere. */
export function noOnnxRuntime() {
  return `onnxruntime is not here. Fetch it into the cache: ${command('setup', ['--for', 'serve'])}, or install onnxruntime-node beside Trainyard.`;
}
