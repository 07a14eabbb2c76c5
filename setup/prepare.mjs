// Runs the steps that are not done, side by side where they can, each with a line and its seconds.
import { SetupError } from './errors.mjs';
import { explain } from './explain.mjs';
import { withLock } from './files/lock.mjs';
import { describeGpus } from './machine/gpu.mjs';
import { isGpu, rememberGpu } from './machine/gpu-choice.mjs';
import { tellNeeds } from './machine/system.mjs';
import { progress, readyLine } from './report.mjs';
import { stepsFor } from './steps/index.mjs';

/** @typedef {import('./steps/step.mjs').Step} Step */

/**
 * Makes the machine ready for a purpose. Silent when it is, unless `verbose`.
 * @param {{ purpose: import('./steps/step.mjs').Purpose, gpu: boolean | undefined, verbose: boolean }} options
 *   `gpu` undefined keeps the choice of an earlier set-up
 * @throws {SetupError} what is missing or went wrong, and what to do about it
 */
export async function prepare({ purpose, gpu, verbose }) {
  try {
    if (gpu !== undefined && gpu !== isGpu()) rememberGpu(gpu);
    await prepareSteps(stepsFor(purpose, isGpu()), verbose);
    if (gpu) console.log(describeGpus());
  } catch (error) {
    throw explained(error);
  }
}

/**
 * Runs those of the steps that are not done.
 * @param {readonly Step[]} steps
 * @param {boolean} verbose names those that are done, too
 * @throws {SetupError} what is missing or went wrong, and what to do about it
 */
export async function prepareSteps(steps, verbose) {
  if (steps.every((step) => step.done())) {
    if (verbose) for (const step of steps) process.stdout.write(readyLine(step.name));
    return;
  }
  const onWait = (/** @type {number} */ owner) =>
    console.log(`Waiting for another set-up (process ${owner}).`);
  try {
    await withLock(() => runSteps(steps, verbose), onWait);
  } catch (error) {
    throw explained(error);
  }
}

/**
 * What the operating system says, in our words where we have some.
 * @param {unknown} error
 */
function explained(error) {
  if (error instanceof SetupError) return error;
  const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
  const cause = code && explain(`${code} ${message}`);
  return cause ? new SetupError(`${cause}\n  ${message}`) : error;
}

/**
 * Runs side by side what does not wait for another. When one fails, the others are ended.
 * @param {readonly Step[]} steps each after those that it waits for
 * @param {boolean} verbose
 * @throws what the first that failed said
 */
async function runSteps(steps, verbose) {
  const needs = steps.filter((step) => !step.done()).flatMap((step) => step.needs());
  if (needs.length > 0) throw new SetupError(tellNeeds(needs));
  const failure = new AbortController();
  const told = progress(process.stdout, failure.signal);
  /** @type {Map<string, Promise<void>>} */
  const ends = new Map();
  for (const step of steps) {
    const before = (step.after ?? []).map((name) => ends.get(name));
    ends.set(
      step.name,
      Promise.all(before).then(() => runStep(step, verbose, told, failure.signal)),
    );
  }
  try {
    await Promise.all(ends.values());
  } catch (error) {
    failure.abort(error);
    // Their programs and folders are gone before the lock is.
    await Promise.allSettled(ends.values());
    throw error;
  } finally {
    told.end();
  }
}

/**
 * @param {Step} step
 * @param {boolean} verbose
 * @param {ReturnType<typeof progress>} told
 * @param {AbortSignal} signal
 */
async function runStep(step, verbose, told, signal) {
  signal.throwIfAborted();
  if (step.done()) {
    if (verbose) told.ready(step.name);
    return;
  }
  await told.timed(step.name, step.hint, () => step.run(signal));
  if (!step.done()) throw new Error(`Step "${step.name}" ran and is not done.`);
}
