// Python environments in the cache, each named by the digest of its pinned requirements: what training needs, and laid over
// it what the tests and tf2onnx need; by themselves those of sweeps and of Ray. One that is complete is never changed; other
// requirements are another folder.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, readJson, shortDigest, writeJson } from '../files/index.mjs';
import { isGpu } from '../machine/gpu-choice.mjs';
import { cacheFolder, root } from '../paths.mjs';
import { run } from '../run.mjs';
import { findPython } from './python.mjs';

/** @typedef {'train' | 'optuna' | 'ray'} Alone */
/** @typedef {'test' | 'tf2onnx'} OverTraining */
/** @typedef {Alone | OverTraining} Environment */

/** The files of each in `setup/requirements`; of those over training, training's come first, whose packages they find. */
const requirements = {
  train: () => [trainingRequirements()],
  test: () => [trainingRequirements(), 'test.txt'],
  tf2onnx: () => [trainingRequirements(), 'tensorflow-python.txt'],
  optuna: () => ['optuna.txt'],
  ray: () => ['optuna.txt', 'ray.txt'],
};

const trainingRequirements = () =>
  isGpu() ? 'train-gpu.txt' : process.arch === 'x64' ? 'train.txt' : 'train-arm64.txt';

/**
 * @param {Environment} name
 * @returns {string} its folder, which may not be there
 */
export function environmentFolder(name) {
  const digest = createHash('sha256');
  for (const file of requirements[name]()) digest.update(readFileSync(requirementsPath(file)));
  return join(cacheFolder(), 'python', `${name}-${shortDigest(digest)}`);
}

/**
 * The interpreter of an environment.
 * @param {Environment} name
 */
export function pythonOf(name) {
  return interpreter(environmentFolder(name));
}

/** @param {string} folder */
const interpreter = (folder) => join(folder, 'bin', 'python');

/**
 * `site-packages` of an environment; `undefined` when there is none.
 * @param {string} folder
 */
export function sitePackages(folder = environmentFolder('train')) {
  const lib = join(folder, 'lib');
  if (!existsSync(lib)) return undefined;
  const version = readdirSync(lib).find((name) => name.startsWith('python3.'));
  return version && join(lib, version, 'site-packages');
}

/**
 * Whether an environment is complete, and the Python that it was made with is still there.
 * @param {Environment} name
 * @returns {boolean}
 */
export function hasEnvironment(name) {
  const made = madeWith(name);
  return made !== undefined && (isAlone(name) || made === madeWith('train'));
}

/**
 * @param {Environment} name
 * @returns {name is Alone}
 */
const isAlone = (name) => name === 'train' || name === 'optuna' || name === 'ray';

/**
 * @param {Environment} name
 * @returns {string | undefined} the system's interpreter
 */
function madeWith(name) {
  const folder = environmentFolder(name);
  const python = readJson(join(folder, 'trainyard.json'))?.python;
  return existsSync(interpreter(folder)) && realpathSync(interpreter(folder)) === python ? python : undefined;
}

/**
 * Makes an environment that needs no other.
 * @param {Alone} name
 * @param {AbortSignal} signal
 */
export async function makeAlone(name, signal) {
  const found = findPython();
  if ('problem' in found) throw new Error(found.problem); // the step's `needs` have asked before
  await make(name, async (folder) => {
    await run(`venv-${name}`, found.executable, ['-m', 'venv', folder], { signal });
    const wanted = requirements[name]().flatMap((file) => ['-r', requirementsPath(file)]);
    await run(`pip-${name}`, interpreter(folder), [...pipInstall, ...wanted], { signal });
  });
}

/**
 * Makes an environment over that of training, which is there.
 * @param {OverTraining} name
 * @param {AbortSignal} signal
 */
export async function makeOverTraining(name, signal) {
  const training = environmentFolder('train');
  await make(name, async (folder) => {
    await run(`venv-${name}`, interpreter(training), ['-m', 'venv', '--without-pip', folder], { signal });
    const packages = sitePackages(folder) ?? '';
    // A .pth file adds folders, which are looked into last (Python's documentation, module site).
    writeFileSync(join(packages, 'trainyard.pth'), `${sitePackages(training)}\n`);
    const file = requirements[name]().at(-1) ?? '';
    const wanted = ['--target', packages, '-r', requirementsPath(file)];
    await run(`pip-${name}`, interpreter(training), [...pipInstall, ...wanted], { signal });
  });
}

/**
 * @param {Environment} name
 * @param {(folder: string) => Promise<void>} fill
 */
async function make(name, fill) {
  await makeFolder(environmentFolder(name), async (folder) => {
    await fill(folder);
    writeJson(join(folder, 'trainyard.json'), { python: realpathSync(interpreter(folder)) });
  });
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
