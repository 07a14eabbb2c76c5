// What this machine and checkout have: the facts that the doctor prints. Installs and changes nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../files/index.mjs';
import { findPython } from '../install/python.mjs';
import { environmentFolder, hasEnvironment } from '../install/python-environments.mjs';
import { command } from '../invocation.mjs';
import { cudaLibraries } from '../libraries/cuda.mjs';
import { requireOnnxRuntime } from '../libraries/find-onnxruntime.mjs';
import { findTensorflow } from '../libraries/tensorflow.mjs';
import { hasAddon } from '../libraries/tensorflow-js.mjs';
import { cacheFolder, datasetFolder, isCheckout, packageFolder, pageFolder, version } from '../paths.mjs';
import { findChromium } from '../steps/chromium.mjs';
import { stepsFor } from '../steps/index.mjs';
import { compilerOf } from './compiler.mjs';
import { inspectCpu } from './cpu.mjs';
import { findGpus } from './gpu.mjs';
import { isGpu } from './gpu-choice.mjs';
import { tellNeeds, which } from './system.mjs';

/** @typedef {ReturnType<typeof inspect>} Facts */
/** @typedef {{ purpose: 'serve' | 'train' | 'test', steps: string[], mend: string }} Missing */

/** Everything that the doctor tells, as plain data. */
export function inspect() {
  const found = findPython();
  const tensorflow = findTensorflow();
  const chromium = findChromium();
  return {
    trainyard: { version, folder: packageFolder, checkout: isCheckout },
    node: process.versions.node,
    npmPackages: !isCheckout || isDone('packages', 'npm packages'),
    python: 'problem' in found ? null : found,
    venv: { folder: environmentFolder('train'), ready: hasEnvironment('train') },
    tensorflow: tensorflow ? { package: tensorflow.package, version: tensorflow.version } : null,
    compiler: firstLine(compilerOf(), ['--version']),
    addon: hasAddon(),
    onnxruntimeNode: onnxRuntimeVersion(),
    cpu: inspectCpu(),
    gpu: {
      chosen: isGpu(),
      devices: findGpus(),
      tensorflowLibraries: cudaLibraries('tensorflow').length,
      onnxruntimeLibraries: cudaLibraries('onnxruntime').length,
    },
    datasets: { mnist: { folder: datasetFolder('mnist'), ready: isDone('train', 'MNIST') } },
    page: isCheckout ? isDone('serve', 'Web page') : existsSync(pageFolder),
    chromium: chromium?.executablePath ?? null,
    cache: { folder: cacheFolder(), bytes: cacheSizes() },
    missing: findMissing(),
  };
}

/**
 * @param {import('../steps/step.mjs').Purpose} purpose
 * @param {string} name of the step
 */
function isDone(purpose, name) {
  return stepsFor(purpose, isGpu()).some((step) => step.name === name && step.done());
}

/**
 * What keeps the checkout from serving, training and testing; each step under the first purpose that it keeps back.
 * @returns {Missing[]}
 */
function findMissing() {
  const told = new Set();
  /** @type {Missing['purpose'][]} */
  const purposes = isCheckout ? ['serve', 'train', 'test'] : ['serve', 'train'];
  return purposes.flatMap((purpose) => {
    const steps = stepsFor(purpose, isGpu()).filter((step) => !step.done() && !told.has(step.name));
    for (const step of steps) told.add(step.name);
    if (steps.length === 0) return [];
    const needs = steps.flatMap((step) => step.needs());
    const setup = command('setup', ['--for', purpose]);
    const mend = needs.length > 0 ? `${tellNeeds(needs)}\n  ${setup}` : `  ${setup}`;
    return [{ purpose, steps: steps.map((step) => step.name), mend }];
  });
}

/** @returns {string | null} */
function onnxRuntimeVersion() {
  return requireOnnxRuntime()?.('onnxruntime-node/package.json').version ?? null;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function firstLine(command, args) {
  if (!which(command)) return null;
  return spawnSync(command, args, { encoding: 'utf8' }).stdout.split('\n')[0] ?? null;
}

/** Bytes by what they are for. */
function cacheSizes() {
  const folder = cacheFolder();
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(names.map(({ name }) => [name, sizeOf(join(folder, name))]).sort());
}

/** @param {string} folder */
function sizeOf(folder) {
  return filesUnder(folder).reduce((sum, path) => sum + statSync(path).size, 0);
}
