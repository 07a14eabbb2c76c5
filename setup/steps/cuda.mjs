// Step (with --gpu): a copy of onnxruntime for Node with its CUDA provider and the CUDA libraries, in the cache.
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { makeFolder, readJson } from '../files/index.mjs';
import { pipInstall, pythonOf, requirementsPath } from '../install/python-environments.mjs';
import { requireOnnxRuntime } from '../libraries/find-onnxruntime.mjs';
import { cudaFolder, cudaRequirements } from '../machine/gpu-choice.mjs';
import { run } from '../run.mjs';
import { keepOwnLibraries, onnxRuntimeStep } from './onnxruntime.mjs';
import { packagesStep } from './packages.mjs';
import { trainingEnvironmentStep } from './python-environments.mjs';

const libraries = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** @type {import('./step.mjs').Step} */
export const cudaStep = {
  name: 'ONNX Runtime CUDA',
  hint: 'onnxruntime-gpu with the CUDA 13 libraries, 3 GB',
  done: () => existsSync(cudaFolder()),
  needs: () => [],
  after: [packagesStep, onnxRuntimeStep, trainingEnvironmentStep].map(({ name }) => name),
  run: (signal) =>
    makeFolder(cudaFolder(), async (folder) => {
      const version = copyPackages(folder);
      const requirements = requirementsPath(cudaRequirements);
      const wanted = ['--target', folder, '-r', requirements];
      await run('cuda', pythonOf('train'), [...pipInstall, ...wanted], { signal });
      if (!existsSync(join(folder, `onnxruntime_gpu-${version}.dist-info`))) {
        throw new SetupError(
          `setup/requirements/${cudaRequirements} must pin onnxruntime-gpu==${version}, the version of onnxruntime-node.`,
        );
      }
      // onnxruntime looks for its provider beside its own library, and nowhere else.
      const binaries = join(folder, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64');
      for (const name of libraries)
        symlinkSync(join('../../../../../..', 'onnxruntime', 'capi', name), join(binaries, name));
    }),
};

/**
 * Copies onnxruntime for Node and what it needs.
 * @param {string} folder
 * @returns {string} its version
 */
function copyPackages(folder) {
  const require = requireOnnxRuntime();
  if (require === undefined) throw new Error('the step before this one brings onnxruntime-node');
  for (const name of ['onnxruntime-node', 'onnxruntime-common'])
    cpSync(folderOf(require.resolve(name), name), join(folder, 'node_modules', name), { recursive: true });
  keepOwnLibraries(folder);
  return readJson(join(folder, 'node_modules', 'onnxruntime-node', 'package.json')).version;
}

/**
 * @param {string} path of a file in a package
 * @param {string} name of the package
 * @returns {string} the package's folder
 */
function folderOf(path, name) {
  const parent = dirname(path);
  return readJson(join(parent, 'package.json'))?.name === name ? parent : folderOf(parent, name);
}
