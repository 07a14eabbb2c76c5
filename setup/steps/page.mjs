// Step: the web page, built by Vite into `dist/web-demo` when its sources changed.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, hashFiles, readJson, writeJson } from '../files/index.mjs';
import { datasetFolder, pageFolder, root, stateFolder } from '../paths.mjs';
import { run } from '../run.mjs';
import { cifar10Step } from './cifar10.mjs';
import { mnistStep } from './mnist.mjs';
import { packagesStep } from './packages.mjs';

const source = join(root, 'web-demo');
const stampFile = join(stateFolder, 'page.json');

/** @type {import('./step.mjs').Step} */
export const pageStep = {
  name: 'Web page',
  hint: 'vite build',
  done: () =>
    !existsSync(join(source, 'index.html')) ||
    (existsSync(join(pageFolder, 'index.html')) && readJson(stampFile)?.sources === hashSources()),
  needs: () => [],
  // It carries pictures of each data set that is here.
  after: [packagesStep, mnistStep, cifar10Step].map(({ name }) => name),
  run: async (signal) => {
    const sources = hashSources();
    rmSync(stampFile, { force: true });
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    await run('page', process.execPath, [vite, 'build', 'web-demo'], {
      env: { TRAINYARD_COMPRESS_LATER: '1' },
      signal,
    });
    writeJson(stampFile, { sources });
  },
};

/**
 * The page's own files, what it imports of ours, the versions of its packages, and which data sets are here, of which
 * it carries some test pictures.
 */
function hashSources() {
  const models = filesUnder(join(root, 'models')).filter((path) => path.endsWith('.ts'));
  const data = ['mnist', 'cifar10'].filter((name) => existsSync(datasetFolder(name)));
  return [hashFiles([...filesUnder(source), ...models, join(root, 'package-lock.json')]), ...data].join(' ');
}
