// Python with Optuna, or with Ray, made ready when a command first asks for it: nothing else needs it.
import { pythonOf } from '../install/python-environments.mjs';
import { prepareSteps } from '../prepare.mjs';
import { optunaStep, rayStep } from '../steps/python-environments.mjs';

/**
 * The interpreter of an environment, which is made where it is not there.
 * @param {'optuna' | 'ray'} name
 * @throws {import('../errors.mjs').SetupError} what went wrong, and how to fix it
 * @returns {Promise<string>}
 */
export async function pythonReady(name) {
  await prepareSteps([name === 'ray' ? rayStep : optunaStep], false);
  return pythonOf(name);
}
