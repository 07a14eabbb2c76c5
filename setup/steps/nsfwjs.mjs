// Step: three classifiers that others trained, as tfjs saves them, out of the npm package nsfwjs: what export is tried on.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { makeFolder, withTemporaryFolder } from '../files/index.mjs';
import { fetchTarball } from '../install/tarball.mjs';
import { which } from '../machine/system.mjs';
import { cacheFolder, datasetFolder } from '../paths.mjs';
import { run } from '../run.mjs';

/** MIT license; holds each model.json and each weight file as a CommonJS module, the weights in base64. */
export const tarball = {
  name: 'nsfwjs',
  version: '4.3.0',
  sha512:
    '593283b5ed2fa755fdecdd61df83fbf46fe11beb154f7f939c3cfd762d56b1e20947ddefd75138be2357ed583d5ac3ba1d8a11efbd8dceada233c8e8dd7059fa',
};

/** Their folders. */
export const models = ['mobilenet_v2', 'mobilenet_v2_mid', 'inception_v3'];

/** @type {import('./step.mjs').Step} */
export const nsfwjsStep = {
  name: 'nsfwjs models',
  hint: 'npm package nsfwjs, 25 MB',
  done: () => models.every((name) => isFile(join(datasetFolder('nsfwjs'), name, 'model.json'))),
  needs: () => (which('tar') ? [] : [{ problem: 'tar is not on the PATH.', install: ['tar'] }]),
  run: async (signal) => {
    const archive = await fetchTarball(tarball, signal);
    await withTemporaryFolder(cacheFolder(), async (unpacked) => {
      await run('nsfwjs', 'tar', [
        '-xzf',
        archive,
        '-C',
        unpacked,
        '--strip-components=3',
        'package/dist/models',
      ]);
      const load = createRequire(join(unpacked, 'index.cjs'));
      await makeFolder(datasetFolder('nsfwjs'), async (folder) => {
        for (const name of models) {
          await run('nsfwjs', 'mkdir', ['-p', join(folder, name)]);
          for (const file of readdirSync(join(unpacked, name)).filter((each) => each.endsWith('.min.js'))) {
            const content = load(join(unpacked, name, file));
            const [target, bytes] =
              typeof content === 'string'
                ? [file.replace('.min.js', ''), Buffer.from(content, 'base64')]
                : ['model.json', JSON.stringify(content)];
            writeFileSync(join(folder, name, target), bytes);
          }
        }
      });
    });
  },
};

/** @param {string} path */
function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
