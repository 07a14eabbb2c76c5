// One training from its data to its report: the road of the command and of the library, which differ in who watches it.
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { heldOutOf } from '../../models/held-out.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import type { Asked } from '../cli/check-arguments.ts';
import type { Choice } from '../cli/choose-run.ts';
import { describeBudget, measurePace, planOf, withinBudget } from '../cli/plan.ts';
import type { Place } from '../cluster/addresses.ts';
import { joinCluster } from '../cluster/join.ts';
import { dataInWords } from '../datasets/folder/findings-in-words.ts';
import type { Dataset } from '../datasets/index.ts';
import { type FitOptions, type FitResult, fit } from '../loop/fit.ts';
import { sizesInWords } from '../loop/phases.ts';
import { checkFits } from '../loop/training.ts';
import { type Watcher, watchAll } from '../loop/watcher.ts';
import { isOutOfMemory, limitMemory, outOfMemory } from '../memory/index.ts';
import type { Progress, Say } from '../progress.ts';
import { type Recipe, stepsOf, wordsOf } from '../recipes/index.ts';
import { classesInWords } from '../report/classes-in-words.ts';
import { type OpenReport, openReport } from '../report/index.ts';
import { checkData } from '../runs/data.ts';
import { describeEnvironment } from '../runs/environment.ts';
import { lockRun } from '../runs/lock.ts';
import { patienceInWords } from '../runs/patience.ts';
import { createRun, isFinished, type Run, readLast, writeRecipe } from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';

/** What of a training changes no recipe. */
export interface TrainSettings {
  /** Checkpoints that are kept beside the best and the last. */
  readonly keep: number;
  /** Most memory to take, bytes. */
  readonly maxMemory?: number | undefined;
  /** Serves the report while it grows. */
  readonly live: boolean;
  readonly tensorboard: boolean;
  /** The tasks that train together, of which this one is the first. */
  readonly place?: Place | undefined;
  /** Aborted, with what to throw, when one of them has ended before it could join. */
  readonly ended?: AbortSignal | undefined;
}

/**
 * Where a training is. `preparing`: there is no run yet, or it has not been touched; `training`: the signal saves it and
 * ends it; `reporting`: it is trained and saved.
 */
export type TrainStage = 'preparing' | 'training' | 'reporting';

/** A training that is about to take its first step. */
export interface Begun {
  readonly run: Run;
  readonly recipe: Recipe;
  /** Of the whole run; the last one may be a part. */
  readonly epochs: number;
}

/** Who is told of a training, and how. */
export interface TrainObserver extends Progress {
  /** Told what went wrong without ending the training. */
  readonly warn?: Say | undefined;
  onStage?(stage: TrainStage, run?: Run): void;
  /** What lets go of the run, for who ends the process before the training does. */
  onLock?(unlock: () => void): void;
  watch?(begun: Begun): Watcher & { stop?(): void };
}

/** How a training ended. */
export interface Trained {
  readonly run: Run;
  readonly recipe: Recipe;
  readonly result: FitResult;
  /** With its report. */
  readonly seconds: number;
}

/**
 * Trains what was chosen, or goes on with it, and completes its report. An aborted signal ends it: with the signal's reason
 * before there is a run, else with what is done saved.
 * @throws UserError for what the user can do something about
 */
export async function trainChosen(
  choice: Choice,
  asked: Pick<Asked, 'runs' | 'from'>,
  settings: TrainSettings,
  observer: TrainObserver,
): Promise<Trained> {
  const { say, signal } = observer;
  const { weights } = choice;
  let { unlock = () => {} } = choice;
  observer.onLock?.(() => unlock());
  observer.onStage?.('preparing');
  try {
    const memory = await limitMemory(choice.recipe, settings.maxMemory, observer);
    await fetchPretrained(choice.recipe);
    const dataset = await choice.data();
    checkFits(choice.recipe, dataset);
    const recipe = choice.run ? choice.recipe : await withinItsBudget(choice.recipe, dataset, observer);
    // From here on there is a run, which is saved.
    signal?.throwIfAborted();
    const { place } = settings;
    checkParts(recipe, choice.run, place);
    const claimed = (run: Run) => {
      unlock = lockRun(run);
    };
    if (choice.run !== undefined && choice.change !== undefined)
      giveEpochs(choice.run, recipe, dataset, choice.change, say);
    const aborts = [signal, settings.ended].filter((each) => each !== undefined);
    // Before there is a run, which an interruption of the waiting would leave empty.
    const cluster = place && (await joinCluster(place, { say, signal: AbortSignal.any(aborts) }));
    const run = choice.run ?? createRun(asked.runs, recipe, environmentOf(asked), claimed);
    const started = performance.now();
    const { keep } = settings;
    const options = {
      ...{ recipe, dataset, run, keep, cluster },
      ...(memory && { memory }),
      ...(weights && { weights }),
    };
    const result = await trainRun(options, settings, observer).catch(async (error: unknown) => {
      // The next training takes its number: there is nothing in it to go on with, or to look at.
      if (choice.run === undefined && !existsSync(run.last))
        rmSync(run.folder, { recursive: true, force: true });
      throw (await cluster?.explain(error)) ?? error;
    });
    return { run, recipe, result, seconds: (performance.now() - started) / 1000 };
  } finally {
    unlock();
  }
}

/** @throws UserError where a run computes its batches in other parts than the tasks would. */
function checkParts({ accumulate }: Recipe, run: Run | undefined, place: Place | undefined): void {
  if (place === undefined || accumulate === place.addresses.length) return;
  throw new UserError(
    `${run?.name ?? 'The recipe'} computes each batch in ${accumulate} part${accumulate === 1 ? '' : 's'}, and ${place.addresses.length} tasks compute ${place.addresses.length}: only that many tasks can go on with it.`,
  );
}

/** The machine, and where the first weights came from: of those the recipe keeps a digest alone. */
export function environmentOf({ from }: Pick<Asked, 'from'>): object {
  const words = from !== undefined && existsSync(from) ? resolve(from) : from;
  return { ...describeEnvironment(), ...(words !== undefined && { from: words }) };
}

/** Gives a run its recipe's number of epochs, unless its data have changed: then it stays as it is. */
function giveEpochs(run: Run, recipe: Recipe, dataset: Dataset, change: string, say: Say = () => {}): void {
  if (existsSync(run.last)) checkData(run, readLast(run).progress.datasetDigests, dataset);
  writeRecipe(run, recipe);
  say(change);
}

/** The recipe with the steps that its budget leaves, measured now. */
async function withinItsBudget(
  recipe: Recipe,
  dataset: Dataset,
  { say = () => {}, signal }: Progress,
): Promise<Recipe> {
  const { budget } = recipe;
  if (budget === undefined) return recipe;
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const pace = await measurePace(recipe, dataset, { say, signal });
  const fitting = withinBudget(recipe, budget, pace, stepsPerEpoch);
  const [before, after] = [recipe, fitting].map((each) => planOf(each, pace, stepsPerEpoch));
  if (before && after) say(describeBudget(before, after, budget));
  return fitting;
}

/** Trains with a report that grows. */
async function trainRun(
  options: FitOptions,
  { live, tensorboard }: TrainSettings,
  { say = () => {}, warn = say, signal, onStage, watch }: TrainObserver,
): Promise<FitResult> {
  const { recipe, dataset, run } = options;
  onStage?.('training', run);
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const epochs = stepsOf(recipe, stepsPerEpoch) / stepsPerEpoch;
  const watching = watch?.({ run, recipe, epochs });
  let report: OpenReport | undefined;
  try {
    report = await openReport({ run, dataset, live, tensorboard, warn });
    say(
      `Training ${wordsOf(recipe)} on ${dataset.name}: ${dataset.train.n} training and ${dataset.validation.n} ${heldOutOf(recipe)} images${dataset.test ? ` (and ${dataset.test.n} for the test)` : ''}, ${Number(epochs.toFixed(1))} epoch${epochs === 1 ? '' : 's'}, ${recipe.precision}. Run ${run.name}.`,
    );
    for (const line of dataInWords(dataset, recipe)) say(line);
    const sizes = sizesInWords(recipe, dataset.shape);
    if (sizes !== undefined) say(sizes);
    const early = patienceInWords(recipe);
    if (early !== undefined) say(early);
    if (report.warning !== undefined) say(report.warning);
    if (report.address !== undefined) say(`Watch it: ${report.address}`);
    const watcher = watchAll([...(watching ? [watching] : []), report.watcher]);
    const result = await fit({ ...options, watcher, ...(signal && { signal }) });
    // The others end now, while this one looks at what was trained.
    await options.cluster?.leave();
    if (result.finished) {
      onStage?.('reporting', run);
      say('Looking at the trained network for the report.');
    }
    const trained = await report.finish(result.finished);
    if (trained !== undefined) for (const line of classesInWords(trained)) say(line);
    return result;
  } catch (error) {
    if (error instanceof UserError && isFinished(run)) throw reportMissing(run, error);
    throw isOutOfMemory(error) ? await outOfMemory(recipe, error) : error;
  } finally {
    watching?.stop?.();
    await report?.close();
  }
}

/** The same command would train it again, in a new run. */
function reportMissing(run: Run, { message }: UserError): UserError {
  return new UserError(
    `${message}\n${run.name} is trained and saved; its report is not complete. Rather than the same command, give: ${runCommand('report', run, [run.name])}`,
  );
}
