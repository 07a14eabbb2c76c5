// The child that trains a short stretch of a recipe, and goes on with it when it is started again.
import { z } from 'zod';
import type { ChildWork } from '../child.ts';
import { firstImages } from '../datasets/subset.ts';
import { fit } from '../loop/fit.ts';
import { resolveRecipe } from '../recipes/index.ts';
import { loadTrainingData } from '../recipes/load-data.ts';
import { lockRun } from '../runs/lock.ts';
import { createRun, listRuns } from '../runs/run.ts';

/** What to train, and where. */
export interface Stretch {
  recipe: unknown;
  /** Folder that holds this run alone. */
  runs: string;
  trainImages: number;
  testImages: number;
  /** Milliseconds between two checkpoints; left out, there is one per epoch. */
  saveEvery?: number;
  /** Dies by SIGKILL after this step, before a checkpoint of it. */
  dieAfter?: number | undefined;
}

/** Steps done, sent before the first step and after each. */
export const reportSchema = z.object({ step: z.int() });

export const work: ChildWork<Stretch> = async (
  { runs, trainImages, testImages, saveEvery, dieAfter, ...task },
  send,
) => {
  const recipe = resolveRecipe(task.recipe);
  const dataset = firstImages(await loadTrainingData(recipe), trainImages, testImages);
  const run = listRuns(runs)[0] ?? createRun(runs, recipe, {});
  const unlock = lockRun(run);
  const watcher = {
    onStart: ({ step }: { step: number }) => void send({ step }),
    onStep: ({ step }: { step: number }) => {
      if (step === dieAfter) process.kill(process.pid, 'SIGKILL');
      void send({ step });
    },
  };
  await fit({ recipe, dataset, run, watcher, ...(saveEvery === undefined ? {} : { saveEvery }) });
  unlock();
};
