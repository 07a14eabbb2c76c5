// Where everything lives: the checkout's own folders, and the cache folder outside it.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, absolute, without a trailing slash. */
export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** State of this checkout alone (logs, lock, stamps). Not in git; deleting it is safe. */
export const stateFolder = join(root, '.trainyard');

/** The Python environment that training and the tests use. */
export const venv = join(root, '.venv');

/** Its interpreter. */
export const python = join(venv, 'bin', 'python');

/** The built web page, as `vite build web-demo` leaves it. */
export const pageFolder = join(root, 'dist', 'web-demo');

/** Model files, `<name>/<version>/model.onnx`. `TRAINYARD_REPOSITORY` moves it. */
export const repositoryFolder = resolve(
  process.env.TRAINYARD_REPOSITORY || join(root, 'models', 'repository'),
);

/** Training runs, one folder each. `TRAINYARD_RUNS` moves it. */
export const runsFolder = resolve(process.env.TRAINYARD_RUNS || join(root, 'runs'));

/**
 * Downloads, data sets and the tests' browser, shared by all checkouts:
 * `$TRAINYARD_CACHE`, else `$XDG_CACHE_HOME/trainyard`, else `~/.cache/trainyard`.
 */
export function cacheFolder() {
  if (process.env.TRAINYARD_CACHE) return resolve(process.env.TRAINYARD_CACHE);
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'trainyard');
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
