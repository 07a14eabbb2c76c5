// Which steps a purpose takes, each after those that it waits for.
import { isCheckout } from '../paths.mjs';
import { chromiumStep } from './chromium.mjs';
import { cifar10Step } from './cifar10.mjs';
import { cudaStep } from './cuda.mjs';
import { mnistStep } from './mnist.mjs';
import { onnxRuntimeStep } from './onnxruntime.mjs';
import { packagesStep } from './packages.mjs';
import { pageStep } from './page.mjs';
import {
  optunaStep,
  rayStep,
  testEnvironmentStep,
  tf2onnxStep,
  trainingEnvironmentStep,
} from './python-environments.mjs';
import { addonStep, tensorflowJsStep } from './tensorflow-js.mjs';
import { turbojpegStep } from './turbojpeg.mjs';

/** @typedef {import('./step.mjs').Step} Step */

/** @typedef {import('./step.mjs').Purpose} Purpose */

/** @type {readonly Purpose[]} */
export const purposes = ['packages', 'serve', 'train', 'test', 'ci', 'all'];

/**
 * @param {Purpose} purpose
 * @param {boolean} gpu with the CUDA libraries
 * @returns {Step[]}
 */
export function stepsFor(purpose, gpu) {
  const test = purpose === 'test' || purpose === 'ci';
  const train = test || purpose === 'train' || purpose === 'all';
  const serve = test || purpose === 'serve' || purpose === 'all';
  return [
    isCheckout ? packagesStep : onnxRuntimeStep,
    turbojpegStep,
    ...(train || (serve && gpu) ? [trainingEnvironmentStep] : []),
    ...(train ? [tensorflowJsStep, addonStep, mnistStep] : []),
    ...(test ? [cifar10Step] : []),
    ...((train || serve) && gpu ? [cudaStep] : []),
    ...(serve && isCheckout ? [pageStep] : []),
    ...(test ? [testEnvironmentStep, tf2onnxStep, optunaStep, chromiumStep] : []),
    ...(purpose === 'ci' ? [rayStep] : []),
  ];
}
