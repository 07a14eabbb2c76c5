// The child that measures memory: trains a few steps of a recipe and evaluates once.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildWork } from '../child.ts';
import { filled, firstOf } from '../datasets/subset.ts';
import { tf } from '../graph/tensorflow.ts';
import { fit } from '../loop/fit.ts';
import { resolveRecipe } from '../recipes/index.ts';
import { loadTrainingData } from '../recipes/load-data.ts';
import { trialOf } from '../recipes/recipe.ts';
import { createRun } from '../runs/run.ts';
import type { Measured } from './measured.ts';

/** Steps after which memory has been measured to stay. */
const STEPS = 4;

/** Evaluation goes through pictures in batches of 500 at most. */
const EVALUATED = 500;

/** Sends what it measured, once. */
export const work: ChildWork<{ recipe: unknown }> = async (task, send) => {
  // First, and forgotten: loading takes 200 MB more for a moment than it leaves.
  tf.getBackend();
  forgetPeak();
  // The whole network, which takes the most: a backbone is frozen for some of the epochs alone.
  const { freeze: _freeze, ...recipe } = trialOf(resolveRecipe(task.recipe), 1);
  const all = await loadTrainingData(recipe);
  // What is in the pictures does not matter, so a small folder's are taken over again.
  const train = filled(all.train, STEPS * recipe.batchSize);
  const { test: _test, ...rest } = all;
  const dataset = { ...rest, train, validation: firstOf(all.validation, EVALUATED) };
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-memory-'));
  let steps = 0;
  try {
    const onStep = () => {
      steps = peak();
    };
    await fit({ recipe, dataset, run: createRun(folder, recipe, {}), watcher: { onStep } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const measured: Measured = { steps, whole: peak() };
  await send(measured);
};

/**
 * Begins a new measurement of the peak, where the system has one: elsewhere than on Linux it is that of loading, if that
 * was more. Reference: Linux, Documentation/filesystems/proc.rst, section 1.1, clear_refs.
 */
function forgetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

/** Bytes of memory that this process had at most. */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error('/proc/self/status has no VmHWM');
  return Number(kilobytes) * 1024;
}
