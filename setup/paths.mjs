// Where everything lives: in a checkout its own folders; where the package is installed, the user's working folder for
// what is the user's, and the cache folder for what can be made again. Nothing is written below node_modules, where the
// next `npm install` would delete it.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this code, absolute, without a trailing slash: the checkout, or `dist` of the package. */
export const root = rootFolder();

/** Whether this is a checkout, whose sources run; else it is the installed package, or `dist` itself. */
export const isCheckout = existsSync(join(root, 'package.json'));

/** The folder of package.json. */
export const packageFolder = isCheckout ? root : dirname(root);

/** @throws Error in a bundle: what is read and started beside this code is not there. */
function rootFolder() {
  // Without an address where a bundler has made CommonJS of it.
  const folder = import.meta.url && resolve(fileURLToPath(new URL('..', import.meta.url)));
  if (folder && existsSync(join(folder, 'setup', 'modules', 'entry.mjs'))) return folder;
  throw new Error(
    'Trainyard was bundled, and cannot find its own files. Leave it out of the bundle: --packages=external of esbuild, serverExternalPackages of Next.js, ssr.external of Vite, externals of webpack.',
  );
}

/** The version of this package. */
export const version = String(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version);

/** The `trainyard` command, for `node`. */
export const commandFile = join(packageFolder, 'bin', 'trainyard.mjs');

/**
 * Whether a command runs in the checkout; a project that has the checkout as its package, by a link, has folders of its
 * own.
 */
export const inCheckout = isCheckout && isWithin(process.cwd(), root);

/** Where a user's runs and models are: the checkout, or the folder in which the command runs. */
export const workFolder = inCheckout ? root : process.cwd();

/** Training runs, one folder each. `TRAINYARD_RUNS` moves it. */
export const runsFolder = resolve(process.env.TRAINYARD_RUNS || join(workFolder, 'runs'));

/** Model files, `<name>/<version>/model.onnx`. `TRAINYARD_REPOSITORY` moves it. */
export const repositoryFolder = resolve(
  process.env.TRAINYARD_REPOSITORY || join(workFolder, 'models', 'repository'),
);

/** The model files that come with the package: version 1 of digits. */
export const shippedRepository = join(packageFolder, 'models', 'repository');

/** Where models are read: the user's, or, as long as there are none, those that come with the package. */
export const modelsFolder =
  inCheckout || process.env.TRAINYARD_REPOSITORY || holdsModels(repositoryFolder)
    ? repositoryFolder
    : shippedRepository;

/** The built web page, as `vite build web-demo` leaves it. */
export const pageFolder = join(packageFolder, 'dist', 'web-demo');

/** Logs and choices of this checkout, or of all that is installed on this machine. Not in git; deleting it is safe. */
export const stateFolder = isCheckout ? join(root, '.trainyard') : join(cacheFolder(), 'installed');

/**
 * What is fetched or made once for this machine: downloads, data sets, what training needs, the tests' browser:
 * `$TRAINYARD_CACHE`, else `$XDG_CACHE_HOME/trainyard`, else `~/.cache/trainyard`.
 */
export function cacheFolder() {
  if (process.env.TRAINYARD_CACHE) return resolve(process.env.TRAINYARD_CACHE);
  const caches = process.env.XDG_CACHE_HOME;
  return join(caches && isAbsolute(caches) ? caches : join(homeFolder(), '.cache'), 'trainyard');
}

/**
 * Whether a path is a folder or below it.
 * @param {string} path
 * @param {string} folder
 */
function isWithin(path, folder) {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A container's user may have no home: no HOME, and no line in /etc/passwd. */
function homeFolder() {
  try {
    return homedir();
  } catch {
    return tmpdir();
  }
}

/**
 * Folder of one data set's files.
 * @param {string} name for example `mnist`
 */
export function datasetFolder(name) {
  return join(cacheFolder(), 'datasets', name);
}

/**
 * File of a pretrained network's weights.
 * @param {string} name for example `efficientnet-lite0`
 */
export function pretrainedPath(name) {
  return join(cacheFolder(), 'pretrained', `${name}.safetensors`);
}

/** @param {string} folder */
function holdsModels(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  return readdirSync(folder).some((name) => !name.startsWith('.'));
}
