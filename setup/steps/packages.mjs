// Step: the npm packages of package-lock.json, without their install scripts.
import { join } from 'node:path';
import { readJson } from '../files.mjs';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { which } from '../system.mjs';

/**
 * @param {{ dev: boolean }} options whether what only development needs must be there too
 * @returns {import('./index.mjs').Step}
 */
export function packagesStep({ dev }) {
  return {
    name: 'npm packages',
    hint: 'from package-lock.json, 1 GB',
    done: () => areInstalled(dev),
    needs: () => (which('npm') ? [] : [{ problem: 'npm is not on the PATH.', install: ['npm'] }]),
    // The scripts that are skipped fetch binaries from elsewhere: set-up builds TensorFlow's, and
    // onnxruntime's CPU libraries are in its package.
    run: async () => {
      await run('packages', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        env: { ONNXRUNTIME_NODE_INSTALL: 'skip' },
      });
    },
  };
}

/**
 * Whether node_modules holds what the lockfile asks for. npm writes its hidden lockfile last, so a killed
 * `npm ci` counts as nothing, and an `npm install` by hand counts.
 * @param {boolean} dev
 */
function areInstalled(dev) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.dev && !dev)) return true;
    const found = installed[path];
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional;
  });
}
