// Data sets that are fetched when a training first asks for them.
import { prepareSteps } from '../prepare.mjs';
import { cifar10Step } from '../steps/cifar10.mjs';
import { mnistStep } from '../steps/mnist.mjs';
import { nsfwjsStep } from '../steps/nsfwjs.mjs';

/** @type {Readonly<Record<string, import('../steps/step.mjs').Step>>} */
const steps = { mnist: mnistStep, cifar10: cifar10Step, nsfwjs: nsfwjsStep };

/**
 * Brings a data set's files into the cache if they are not there, with a line on the terminal.
 * @param {string} name
 * @throws {import('../errors.mjs').SetupError} what went wrong, and what to do about it
 */
export async function fetchDataset(name) {
  const step = steps[name];
  if (step !== undefined) await prepareSteps([step], false);
}
