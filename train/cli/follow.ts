// `train` on a machine other than the first: prepares the same data and recipe, and takes part in each step.
import { UserError } from '../../models/errors.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import type { Place } from '../cluster/addresses.ts';
import { joinCluster } from '../cluster/join.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { follow } from '../loop/follow.ts';
import { loadTrainingData } from '../recipes/load-data.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { findRun, type Run } from '../runs/run.ts';
import type { Asked } from './check-arguments.ts';
import { goingOn } from './go-on.ts';
import { recipeOfArguments } from './recipe-of-arguments.ts';
import { catchSignals, INTERRUPTED } from './signals.ts';

/** Trains with the first task until that has ended; the first one alone saves, and writes the report. */
export async function followFirst(asked: Asked, place: Place): Promise<void> {
  const { task } = place;
  const signals = catchSignals();
  const say = (line: string) => console.log(line);
  const leave = () => say(`Task ${task} is interrupted before the training.`);
  signals.onSignal(leave);
  // A worker of --workers whose first process is gone waits for nobody.
  const alone = () => process.exit(1);
  process.once('disconnect', alone);
  if (process.connected === false) alone();
  try {
    const { recipe, data } = await recipeAndData(asked);
    await fetchPretrained(recipe);
    const dataset = await data();
    const cluster = await joinCluster(place, { say, signal: signals.signal });
    signals.onSignal(undefined);
    say(`Task ${task} of ${place.addresses.length} trains with task 0, which saves and writes the report.`);
    const result = await follow({ recipe, dataset, cluster, signal: signals.signal }).catch(
      async (error: unknown) => {
        throw await cluster.explain(error);
      },
    );
    await cluster.leave();
    say(`Task ${task} is done after step ${result.step}${result.finished ? '' : ', interrupted'}.`);
    if (!result.finished) process.exitCode = INTERRUPTED;
  } finally {
    process.off('disconnect', alone);
    signals.close();
  }
}

/** As on the first machine; a run to resume is in a folder that the machines share. */
async function recipeAndData(asked: Asked): Promise<{ recipe: Recipe; data(): Promise<Dataset> }> {
  if (asked.resume !== undefined) {
    const { recipe } = await goingOn(sharedRun(asked.runs, asked.resume.run), asked.epochs);
    return { recipe, data: () => loadTrainingData(recipe) };
  }
  const { recipes, data } = await recipeOfArguments(asked, { say: (line) => console.log(line) });
  return { recipe: recipes[0], data };
}

/** @throws UserError where there is no such run here, with what a machine gives that does not share the folder */
function sharedRun(runs: string, name: string): Run {
  try {
    return findRun(runs, name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${error.message} Where the folder of runs is task 0's alone, give the other tasks what they were given at first, the recipe and its options, without --resume.`,
    );
  }
}
