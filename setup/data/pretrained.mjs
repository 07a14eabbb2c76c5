// Pretrained networks, which are fetched when a training first asks for them.
import { prepareSteps } from '../prepare.mjs';
import { efficientNetLiteSteps } from '../steps/efficientnet-lite.mjs';

/**
 * Brings a pretrained network's weights into the cache if they are not there, with a line on the terminal.
 * @param {string} name
 * @throws {import('../errors.mjs').SetupError} what went wrong, and what to do about it
 */
export async function fetchPretrained(name) {
  const step = efficientNetLiteSteps[name];
  if (step === undefined) throw new Error(`there are no pretrained weights called ${name}`);
  await prepareSteps([step], false);
}
