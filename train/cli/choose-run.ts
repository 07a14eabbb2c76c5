// Third step from the command line to a run: a new one, one that was interrupted, or the one to resume.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { changedSplit, type DataDigests } from '../datasets/digests.ts';
import type { Dataset } from '../datasets/index.ts';
import { type Weights, weightsDigest, weightsOf } from '../loop/initial-weights.ts';
import { crashNote } from '../memory/index.ts';
import type { Progress, Say } from '../progress.ts';
import { shownPath } from '../project/find-module.ts';
import { keptPackages } from '../project/kept-code.ts';
import { packageChanges } from '../project/packages-of.ts';
import type { Recipe } from '../recipes/index.ts';
import { loadTrainingData } from '../recipes/load-data.ts';
import { readCheckpoint } from '../runs/checkpoint.ts';
import { readData } from '../runs/data.ts';
import { crashedUnsaved, lockRun, tryLock } from '../runs/lock.ts';
import {
  findFinished,
  findOfOtherCode,
  findRun,
  findUnfinished,
  type Run,
  readRecipe,
  returnToBest,
} from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';
import { readModelFile } from '../runs/weights-of-model-file.ts';
import { type Asked, isModelFile } from './check-arguments.ts';
import { goingOn } from './go-on.ts';
import { once, recipeOfArguments } from './recipe-of-arguments.ts';

export interface Choice {
  readonly recipe: Recipe;
  /** The run to go on with, which this process has locked; it is done already where `isDone`. */
  readonly run?: Run;
  readonly isDone?: boolean;
  /** What the run is given that it does not have yet: the recipe's number of epochs, in words. */
  readonly change?: string;
  /** Lets go of the run. */
  readonly unlock?: () => void;
  /** The weights that a new run starts from. */
  readonly weights?: Weights;
  /** What the recipe trains on, loaded once. */
  data(): Promise<Dataset>;
}

/**
 * What to train, and the run to go on with, if there is one.
 * @param orDone - Where a run of the recipe is done already, that one.
 */
export async function chooseRun(asked: Asked, orDone = false, progress: Progress = {}): Promise<Choice> {
  const { say = () => {} } = progress;
  const { runs, resume, fresh, from } = asked;
  if (resume !== undefined) {
    const run = findRun(runs, resume.run);
    const unlock = lockAndTell(run, lockRun, say);
    try {
      if (resume.from === 'best') {
        returnToBest(run);
        say(
          `${run.name} goes back to its best checkpoint, and what came after it is trained again. What was its last is kept as ${basename(run.last)}.before.`,
        );
      }
      const chosen = await goingOn(run, asked.epochs);
      return {
        ...chosen,
        run,
        unlock,
        data: once(() => loadTrainingData(chosen.recipe, undefined, progress)),
      };
    } catch (error) {
      unlock();
      throw error;
    }
  }
  const { recipes, data: load } = await recipeOfArguments(asked, progress);
  const { weights, data: trainedOn } = from === undefined ? {} : weightsFrom(runs, from);
  const digest = weights && { from: weightsDigest(weights) };
  const [first, ...others] = recipes.map((recipe) => ({ ...recipe, ...digest }));
  if (first === undefined) throw new Error('a recipe has at least one precision');
  const data = once(async () => {
    const dataset = await load();
    if (trainedOn?.dataset === first.dataset) warnOfSeen(trainedOn, dataset, say);
    return dataset;
  });
  const common = { data, ...(weights && { weights }) };
  const candidates = fresh ? [] : [first, ...others];
  const before = candidates.flatMap(
    (recipe) => (orDone ? findFinished(runs, recipe) : undefined) ?? findUnfinished(runs, recipe) ?? [],
  );
  // What was trained on other data is another training; data are loaded here only where there is something to go on with.
  const digests = before.length === 0 ? undefined : (await data()).digests;
  const [done] = orDone ? candidates.flatMap((recipe) => findFinished(runs, recipe, digests) ?? []) : [];
  if (done !== undefined) return { recipe: readRecipe(done), run: done, isDone: true, ...common };
  for (const candidate of candidates) {
    const run = findUnfinished(runs, candidate, digests);
    // Another training may have locked it just now: then this one is a new run.
    const unlock = run && lockAndTell(run, tryLock, say);
    if (run === undefined || unlock === undefined) continue;
    say(`Going on with ${run.name}, which was interrupted (--fresh starts over).`);
    return { recipe: readRecipe(run), run, unlock, ...common };
  }
  const changed = before.find((run) => digests && isOfOtherData(run, digests));
  if (changed !== undefined)
    say(`${changed.name} was trained on other data, which have changed since: this is a new run.`);
  const former = fresh ? undefined : findOfOtherCode(runs, first);
  if (former !== undefined)
    say(
      `${former.name} was interrupted, and the code of ${shownPath(first.module?.path ?? '')} has changed since${packagesSince(former, first)}: this is a new run. With the code as it was: ${runCommand('train', former, ['--resume', former.name])}`,
    );
  return { recipe: first, ...common };
}

/** ` (package x was 1.2.3, is 1.2.4)` where a package that the code imports is another one since that run. */
function packagesSince(run: Run, { module: now }: Recipe): string {
  const { module: before } = readRecipe(run);
  if (before === undefined || now === undefined) return '';
  const changes = packageChanges(keptPackages(before), keptPackages(now));
  return changes && ` (${changes})`;
}

function isOfOtherData(run: Run, digests: DataDigests): boolean {
  const data = readData(run);
  return data !== undefined && changedSplit(data.digests, digests) !== undefined;
}

/** Locks a run by `lock`, and says if its last training crashed. */
export function lockAndTell<T extends (() => void) | undefined>(
  run: Run,
  lock: (run: Run) => T,
  say: Say,
): T {
  const crashed = crashedUnsaved(run);
  const unlock = lock(run);
  if (crashed && unlock !== undefined) say(crashNote(run));
  return unlock;
}

/** The weights of a checkpoint or a model file, or of the best checkpoint of a run, and what they were trained on. */
function weightsFrom(
  runs: string,
  from: string,
): { weights: Weights; data?: { dataset: string; digests: DataDigests } } {
  if (isModelFile(from)) return { weights: readModelFile(from).weights };
  const isFile = from.endsWith('.safetensors') || (existsSync(from) && !existsSync(`${from}/recipe.json`));
  const checkpoint = readCheckpoint(isFile ? from : findRun(runs, from).best);
  const { recipe, progress } = checkpoint;
  return {
    weights: weightsOf(checkpoint),
    data: { dataset: recipe.dataset, digests: progress.datasetDigests },
  };
}

/** A picture that these weights were trained on may be one of validation now. */
function warnOfSeen(
  { dataset, digests }: { dataset: string; digests: DataDigests },
  now: Dataset,
  say: Say,
): void {
  if (digests.validation !== now.digests.validation)
    say(
      `The weights come from a training on ${dataset} with other validation pictures: it may have learned some of those that validate now, so that errors look too small.`,
    );
}
