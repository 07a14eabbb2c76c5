// Step (in a checkout): the npm packages of package-lock.json, without their install scripts.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { explain } from '../explain.mjs';
import { readJson } from '../files/index.mjs';
import { runNpm } from '../install/npm.mjs';
import { libc } from '../machine/platform.mjs';
import { which } from '../machine/system.mjs';
import { root } from '../paths.mjs';

/** What npm says it has installed. It is written last. */
const hiddenLockfile = join(root, 'node_modules', '.package-lock.json');

/** @type {import('./step.mjs').Step} */
export const packagesStep = {
  name: 'npm packages',
  hint: 'from package-lock.json, 1 GB',
  done: areInstalled,
  needs: () => (which('npm') ? [] : [{ problem: 'npm is not on the PATH.', install: ['npm'] }]),
  // Not `npm ci`: it refuses a lockfile without an optional package for another system, as a registry that lacks
  // that package leaves it. The versions are the lockfile's all the same, and it is not written.
  // The scripts that are skipped fetch binaries from elsewhere: set-up compiles TensorFlow's, and
  // onnxruntime's CPU libraries are in its package.
  run: async (signal) => {
    // All kinds, whatever NODE_ENV or npm's own settings leave out.
    const kinds = ['--include=dev', '--include=optional'];
    const output = await runNpm('packages', ['install', '--no-save', ...kinds], { signal });
    // npm only warns of files that it could not write, and ends well.
    if (areInstalled() && !output.includes('TAR_ENTRY_ERROR')) return;
    rmSync(hiddenLockfile, { force: true });
    throw new SetupError(explain(output) ?? 'npm left packages out. Run the same command again.');
  },
};

/**
 * Whether node_modules holds what the lockfile asks for. npm writes its own list last, so a killed
 * `npm install` counts as nothing, and one by hand counts. Optional packages of this platform are asked
 * for too: npm leaves out those that it fails to fetch or write, and still ends well.
 */
function areInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(hiddenLockfile)?.packages;
  if (!installed) return false;
  const system = { os: process.platform, cpu: process.arch, libc: libc() };
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found) return found.version === entry.version && found.integrity === entry.integrity;
    return entry.optional && !isFor(system, entry);
  });
}

/**
 * Whether a package is for this system in particular. One without such fields is needed by others, if at all.
 * @param {{ os: string, cpu: string, libc: string }} system
 * @param {{ os?: string[], cpu?: string[], libc?: string[] }} entry of the lockfile
 */
function isFor(system, { os, cpu, libc }) {
  if (!os && !cpu) return false;
  return (
    (os ?? [system.os]).includes(system.os) &&
    (cpu ?? [system.cpu]).includes(system.cpu) &&
    (libc ?? [system.libc]).includes(system.libc)
  );
}
