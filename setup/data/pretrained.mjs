// Pretrained networks, which are fetched when a training first asks for them.
import { prepareSteps } from '../prepare.mjs';
import { efficientNetLite0Step } from '../steps/efficientnet-lite0.mjs';

/** @type {Readonly<Record<string, import('../steps/step.mjs').Step>>} */
const steps = { 'efficientnet-lite0': efficientNetLite0Step };

/**
 * Brings a pretrained network's weights into the cache if they are not there, with a line on the terminal.
 * @param {string} name
 * @throws {import('../errors.mjs').SetupError} what went wrong, and what to do about it
 */
export async function fetchPretrained(name) {
  const step = steps[name];
  if (step === undefined) throw new Error(`there are no pretrained weights called ${name}`);
  await prepareSteps([step], false);
}
