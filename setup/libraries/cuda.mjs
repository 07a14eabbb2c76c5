// Loads the CUDA libraries of NVIDIA's wheels into this process, so that TensorFlow or onnxruntime finds them.
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { sitePackages } from '../install/python-environments.mjs';
import { cudaFolder, isGpu } from '../machine/gpu-choice.mjs';

/** dlfcn.h: the library stays when Node closes it again, having found no addon in it. */
const RTLD_NODELETE = 0x1000;

/**
 * Loads the libraries of one consumer before it looks for them by name (they are in no folder that the dynamic
 * linker knows). One consumer a process: TensorFlow's CUDA 12 and onnxruntime's CUDA 13 share cuDNN's file names.
 * Call it before the first session or tensor. Does nothing unless set-up was run with --gpu.
 * @param {'tensorflow' | 'onnxruntime'} consumer
 * @returns {string[]} the paths of the libraries that were loaded
 */
export function loadCuda(consumer) {
  if (!isGpu()) return [];
  const waiting = new Set(cudaLibraries(consumer));
  const loaded = [];
  // A library that needs another one fails until that one is loaded: go round while there is progress.
  for (let progress = true; progress; ) {
    progress = false;
    for (const path of waiting) {
      if (!load(path)) continue;
      waiting.delete(path);
      loaded.push(path);
      progress = true;
    }
  }
  return loaded;
}

/**
 * The libraries that the wheels brought, in `nvidia/<component>/lib`.
 * @param {'tensorflow' | 'onnxruntime'} consumer
 */
export function cudaLibraries(consumer) {
  const nvidia = join((consumer === 'tensorflow' ? sitePackages() : cudaFolder()) ?? '', 'nvidia');
  if (!existsSync(nvidia)) return [];
  return readdirSync(nvidia)
    .map((component) => join(nvidia, component, 'lib'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /\.so\.\d+$/.test(path));
}

/**
 * The library that keeps onnxruntime's CUDA provider from being loaded, in the dynamic linker's words, such as
 * `libcuda.so.1: cannot open shared object file: No such file or directory`, which is NVIDIA's driver; onnxruntime's own
 * error does not name it.
 * @returns {string | undefined} undefined when nothing keeps it
 */
export function missingLibrary() {
  const provider = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';
  const [failed] = ['libcuda.so.1', join(cudaFolder(), provider)].map(failureOf).filter(Boolean);
  return failed;
}

/** @param {string} path */
function load(path) {
  return failureOf(path) === undefined;
}

/**
 * Loads a library.
 * @param {string} path
 * @returns {string | undefined} why it cannot be loaded
 */
function failureOf(path) {
  const { RTLD_LAZY, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, path, RTLD_LAZY | RTLD_GLOBAL | RTLD_NODELETE);
    return undefined;
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return /self-register/.test(message) ? undefined : message; // loaded, and no addon: as wanted
  }
}
