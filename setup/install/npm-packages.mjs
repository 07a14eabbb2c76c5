// npm packages in the cache, each set named by the digest of its lockfile: what only some need, and what has an install
// script that downloads from elsewhere, which does not run here. A set that is there is complete and never changed.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { makeFolder, shortDigest } from '../files/index.mjs';
import { which } from '../machine/system.mjs';
import { cacheFolder, root } from '../paths.mjs';
import { runNpm } from './npm.mjs';

/** @typedef {'tensorflow' | 'onnxruntime'} PackageSet a folder of `setup/packages` */

/**
 * @param {PackageSet} name
 * @returns {string} its folder, which may not be there
 */
export function packagesFolder(name) {
  const lockfile = readFileSync(join(root, 'setup', 'packages', name, 'package-lock.json'));
  return join(cacheFolder(), 'npm', `${name}-${shortDigest(createHash('sha256').update(lockfile))}`);
}

/**
 * A package's folder in a set, which may not be there.
 * @param {PackageSet} set
 * @param {string} name
 */
export function packageFolderOf(set, name) {
  return join(packagesFolder(set), 'node_modules', name);
}

/** @param {PackageSet} name */
export function hasPackages(name) {
  return existsSync(packagesFolder(name));
}

/**
 * `require` of a program that has this set of packages.
 * @param {PackageSet} name
 */
export function requireOf(name) {
  return createRequire(join(packagesFolder(name), 'package.json'));
}

/**
 * @param {PackageSet} name
 * @param {{ title: string, hint: string, trim?: (folder: string) => void }} options `trim` removes from the set's
 *   folder what nobody needs here
 * @returns {import('../steps/step.mjs').Step}
 */
export function packagesStepOf(name, { title, hint, trim = () => {} }) {
  return {
    name: title,
    hint,
    done: () => hasPackages(name),
    needs: () => (which('npm') ? [] : [{ problem: 'npm is not on the PATH.', install: ['npm'] }]),
    run: (signal) =>
      makeFolder(packagesFolder(name), async (folder) => {
        for (const file of ['package.json', 'package-lock.json'])
          copyFileSync(join(root, 'setup', 'packages', name, file), join(folder, file));
        await runNpm(name, ['ci'], { cwd: folder, signal });
        trim(folder);
      }),
  };
}
