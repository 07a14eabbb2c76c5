// Step (with --gpu): onnxruntime's CUDA provider libraries, beside onnxruntime-node's own library.
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { makeFolder, readJson, writeJson } from '../files.mjs';
import { cudaFolder } from '../gpu-choice.mjs';
import { python, root } from '../paths.mjs';
import { run } from '../run.mjs';
import { hashRequirements, pipInstall, requirementsPath } from './venv.mjs';

const requirements = 'onnxruntime-gpu.txt';
const stampFile = join(cudaFolder, 'trainyard.json');
const onnxruntime = join(root, 'node_modules', 'onnxruntime-node');
const binaries = join(onnxruntime, 'bin', 'napi-v6', 'linux', 'x64');
const libraries = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** @type {import('./index.mjs').Step} */
export const cudaStep = {
  name: 'ONNX Runtime CUDA',
  hint: 'onnxruntime-gpu with the CUDA 13 libraries, 3 GB',
  done: () => isInstalled() && libraries.every((name) => existsSync(join(binaries, name))),
  needs: () => [],
  run: async () => {
    if (!isInstalled()) await install();
    for (const name of libraries) {
      const link = join(binaries, name);
      rmSync(link, { force: true });
      symlinkSync(join(cudaFolder, 'onnxruntime', 'capi', name), link);
    }
  },
};

function isInstalled() {
  return readJson(stampFile)?.requirements === hashRequirements(requirements);
}

async function install() {
  await makeFolder(cudaFolder, async (folder) => {
    await run('cuda', python, [...pipInstall, '--target', folder, '-r', requirementsPath(requirements)]);
    const node = readJson(join(onnxruntime, 'package.json'))?.version;
    if (!existsSync(join(folder, `onnxruntime_gpu-${node}.dist-info`))) {
      throw new SetupError(
        `setup/requirements/${requirements} must pin onnxruntime-gpu==${node}, onnxruntime-node's version.`,
      );
    }
    writeJson(join(folder, 'trainyard.json'), { requirements: hashRequirements(requirements) });
  });
}
