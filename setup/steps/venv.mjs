// Step: the Python environment in `.venv`, with the pinned requirements of its purpose.
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile, readJson, writeJson } from '../files.mjs';
import { python, root, venv } from '../paths.mjs';
import { trainingPlatformNeeds } from '../platform.mjs';
import { findPython } from '../python.mjs';
import { run } from '../run.mjs';

const stampFile = join(venv, 'trainyard.json');

/** @typedef {{ python: string, files: Record<string, string> }} Stamp the interpreter, and each requirements file's hash */

/**
 * @param {{ test: boolean, gpu: boolean }} options
 * @returns {import('./index.mjs').Step}
 */
export function venvStep({ test, gpu }) {
  const files = [gpu ? 'train-gpu.txt' : 'train.txt', ...(test ? ['test.txt'] : [])];
  return {
    name: 'Python environment',
    hint: gpu ? 'TensorFlow with CUDA in .venv, 8 GB' : 'TensorFlow in .venv, 1.3 GB',
    done: () => {
      const stamp = readStamp();
      return stamp !== undefined && files.every((file) => stamp.files[file] === hashRequirements(file));
    },
    needs: () => {
      const platform = trainingPlatformNeeds();
      if (platform.length > 0) return platform;
      const found = findPython();
      return 'problem' in found ? [found] : [];
    },
    run: async () => {
      const before = readStamp();
      // The two TensorFlow wheels fill the same folder: changing from one to the other begins anew.
      const usable = before && !(gpu ? 'train.txt' : 'train-gpu.txt' in before.files) ? before : undefined;
      if (!usable) await createVenv();
      rmSync(stampFile, { force: true }); // a pip that is killed leaves half a package and no stamp
      try {
        await install(files);
      } catch (error) {
        if (usable) writeJson(stampFile, usable); // a pip that fails puts things back
        throw error;
      }
      const hashes = Object.fromEntries(files.map((file) => [file, hashRequirements(file)]));
      writeJson(stampFile, { python: realpathSync(python), files: { ...usable?.files, ...hashes } });
    },
  };
}

async function createVenv() {
  const found = findPython();
  if ('problem' in found) throw new Error(found.problem); // `needs` has asked before
  rmSync(venv, { recursive: true, force: true });
  await run('venv', found.executable, ['-m', 'venv', venv]);
}

/** @param {readonly string[]} files */
async function install(files) {
  const requirements = files.flatMap((file) => ['-r', requirementsPath(file)]);
  await run('pip', python, [...pipInstall, ...requirements]);
}

/** Arguments of `python` for an exact, unattended install: no dependencies but those listed, no byte code. */
export const pipInstall = [
  ...['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check'],
  ...['--no-deps', '--only-binary=:all:', '--no-compile'],
];

/** @param {string} file */
export function requirementsPath(file) {
  return join(root, 'setup', 'requirements', file);
}

/** @param {string} file */
export function hashRequirements(file) {
  return hashFile(requirementsPath(file));
}

/**
 * The stamp of an environment that was finished and whose interpreter is still the one it was made with.
 * @returns {Stamp | undefined}
 */
export function readStamp() {
  const stamp = readJson(stampFile);
  return stamp && existsSync(python) && realpathSync(python) === stamp.python ? stamp : undefined;
}
