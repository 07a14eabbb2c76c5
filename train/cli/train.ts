// Last step from the command line to a run: trains, with a bar and a live report, and prints how it ended.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import { findingsInWords } from '../datasets/folder/findings-in-words.ts';
import type { Dataset } from '../datasets/index.ts';
import { type FitOptions, type FitResult, fit } from '../loop/fit.ts';
import { checkBatchSize } from '../loop/training.ts';
import { watchAll } from '../loop/watcher.ts';
import { isOutOfMemory, limitMemory, outOfMemory } from '../memory/index.ts';
import { type Recipe, stepsOf, wordsOf } from '../recipes/index.ts';
import { reportComparison } from '../report/compare/report.ts';
import { clock, plainPercent } from '../report/format.ts';
import { type OpenReport, openReport, reportPath } from '../report/index.ts';
import { watchInTerminal } from '../report/terminal.ts';
import { bestOf, type DataDigests } from '../runs/checkpoint.ts';
import { checkData } from '../runs/data.ts';
import { describeEnvironment } from '../runs/environment.ts';
import { lockRun, tryLock } from '../runs/lock.ts';
import {
  createRun,
  findFinished,
  findUnfinished,
  isFinished,
  type Run,
  readLast,
  readRecipe,
  writeRecipe,
} from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';
import { reportResume } from '../verify/report.ts';
import type { Asked } from './check-arguments.ts';
import { type Choice, chooseRun, lockAndTell } from './choose-run.ts';
import { doneInWords } from './go-on.ts';
import { printEnd, printEpochs } from './json-lines.ts';
import { describeBudget, describePlan, measurePace, planOf, withinBudget } from './plan.ts';
import { recipeOfArguments } from './recipe-of-arguments.ts';
import { catchSignals, INTERRUPTED, type Signals } from './signals.ts';

export interface TrainOptions {
  /** How many runs, one seed after the other. */
  readonly seeds: number;
  /** Checkpoints that are kept beside the best and the last. */
  readonly keep: number;
  /** Most memory to take, bytes. */
  readonly maxMemory: number | undefined;
  /** Serves the report while it grows. */
  readonly live: boolean;
  readonly tensorboard: boolean;
  /** Prints JSON lines. */
  readonly json: boolean;
  /** The command that goes on where `run` was interrupted. */
  again(run: Run): string;
}

/** Trains what is asked for, with one seed after another where several are, and prints how it ended. */
export async function train(asked: Asked, options: TrainOptions): Promise<void> {
  const { seeds, json } = options;
  const signals = catchSignals();
  try {
    signals.onSignal(sayWhatIsKept);
    const choice = await chooseRun(asked, seeds > 1);
    const first =
      choice.isDone && choice.run
        ? doneAlready(choice.run, seeds, json)
        : await trainChoice(choice, asked, options, signals);
    choice.unlock?.();
    if (seeds > 1 && first.finished) await trainSeeds(choice, first, asked, options, signals);
  } finally {
    signals.close();
  }
}

/** Prints how long it will take, and trains nothing. */
export async function showPlan(asked: Asked): Promise<void> {
  const { recipes, data } = await recipeOfArguments(asked);
  const [recipe] = recipes;
  await fetchPretrained(recipe);
  const dataset = await data();
  checkBatchSize(recipe, dataset);
  for (const line of findingsInWords(dataset)) console.log(line);
  const pace = await measurePace(recipe, dataset, (line) => console.log(line));
  const plan = planOf(recipe, pace, Math.floor(dataset.train.n / recipe.batchSize));
  console.log(describePlan(recipe, pace, plan));
}

/** Proves that killing the training changes nothing. */
export async function verify(asked: Asked, steps: number, kills: number): Promise<void> {
  const { recipes } = await recipeOfArguments(asked);
  if (!(await reportResume(recipes[0], steps, kills))) process.exitCode = 1;
}

interface Trained {
  readonly run: Run;
  readonly recipe: Recipe;
  readonly finished: boolean;
}

/** Trains what was chosen, or goes on with it, and prints how it ended. */
async function trainChoice(
  choice: Choice,
  asked: Asked,
  options: TrainOptions,
  signals: Signals,
): Promise<Trained> {
  const { weights } = choice;
  let { unlock = () => {} } = choice;
  signals.hold(() => unlock());
  signals.onSignal(sayWhatIsKept);
  try {
    const memory = await limitMemory(choice.recipe, options.maxMemory);
    await fetchPretrained(choice.recipe);
    const dataset = await choice.data();
    checkBatchSize(choice.recipe, dataset);
    const recipe = choice.run ? choice.recipe : await scaled(choice.recipe, dataset);
    const claimed = (run: Run) => {
      unlock = lockRun(run);
    };
    const run = choice.run ?? createRun(asked.runs, recipe, environmentOf(asked), claimed);
    if (choice.change !== undefined) giveEpochs(run, recipe, dataset, choice.change);
    const started = performance.now();
    const result = await trainRun(
      { recipe, dataset, run, keep: options.keep, ...(memory && { memory }), ...(weights && { weights }) },
      options,
      signals,
    );
    const milliseconds = performance.now() - started;
    console.log(summary(run, result, milliseconds, options));
    if (options.json) printEnd(run, result, milliseconds / 1000);
    if (!result.finished) process.exitCode = INTERRUPTED;
    return { run, recipe, finished: result.finished };
  } finally {
    unlock();
  }
}

/** The machine, and where the first weights came from: of those the recipe keeps a digest alone. */
function environmentOf({ from }: Asked): object {
  const words = from !== undefined && existsSync(from) ? resolve(from) : from;
  return { ...describeEnvironment(), ...(words !== undefined && { from: words }) };
}

function sayWhatIsKept(): void {
  console.log('Interrupted before training: what was prepared of the data is kept.');
}

/** Gives a run its recipe's number of epochs, unless its data have changed: then it stays as it is. */
function giveEpochs(run: Run, recipe: Recipe, dataset: Dataset, change: string): void {
  if (existsSync(run.last)) checkData(run, readLast(run).progress.datasetDigests, dataset);
  writeRecipe(run, recipe);
  console.log(change);
}

function doneAlready(run: Run, seeds: number, json: boolean): Trained {
  const recipe = readRecipe(run);
  console.log(seeds > 1 ? `${run.name} is done already: seed ${recipe.seed}.` : doneInWords(run));
  if (json) {
    const { history, step } = readLast(run).progress;
    printEnd(run, { finished: true, step, history, best: bestOf(history) }, 0);
  }
  return { run, recipe, finished: true };
}

/** Trains the recipe of `first` with the seeds after its own, those that are not done yet, and compares the runs. */
async function trainSeeds(
  choice: Choice,
  first: Trained,
  asked: Asked,
  options: TrainOptions,
  signals: Signals,
): Promise<void> {
  const { runs: folder, fresh } = asked;
  const runs = [first.run];
  const { digests } = await choice.data();
  const { change: _change, unlock: _unlock, ...common } = choice;
  for (let i = 1; i < options.seeds; i++) {
    const recipe = { ...first.recipe, seed: first.recipe.seed + i };
    const done = fresh ? undefined : findFinished(folder, recipe, digests);
    if (done !== undefined) {
      runs.push(doneAlready(done, options.seeds, options.json).run);
      continue;
    }
    const { run, unlock } = claimSeed(asked, recipe, fresh ? undefined : digests);
    // A seed changes no data.
    const own = { ...common, recipe: readRecipe(run), run, unlock };
    const trained = await trainChoice(own, asked, options, signals);
    if (!trained.finished) return;
    runs.push(trained.run);
  }
  console.log(await reportComparison(folder, runs));
}

/** The interrupted run of a recipe and data, none where those are left out, or a new one, locked: as many steps as the first, also where a budget has been measured for it. */
function claimSeed(
  asked: Asked,
  recipe: Recipe,
  digests: DataDigests | undefined,
): { run: Run; unlock: () => void } {
  const unfinished = digests && findUnfinished(asked.runs, recipe, digests);
  const lock = unfinished && lockAndTell(unfinished, tryLock);
  if (unfinished !== undefined && lock !== undefined) return { run: unfinished, unlock: lock };
  let unlock = () => {};
  const run = createRun(asked.runs, recipe, environmentOf(asked), (claimed) => {
    unlock = lockRun(claimed);
  });
  return { run, unlock };
}

/** The recipe with the steps that its budget leaves, measured now. */
async function scaled(recipe: Recipe, dataset: Dataset): Promise<Recipe> {
  const { budget } = recipe;
  if (budget === undefined) return recipe;
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const pace = await measurePace(recipe, dataset, (line) => console.log(line));
  const fitting = withinBudget(recipe, budget, pace, stepsPerEpoch);
  const [before, after] = [recipe, fitting].map((each) => planOf(each, pace, stepsPerEpoch));
  if (before && after) console.log(describeBudget(before, after, budget));
  return fitting;
}

/** Trains with a bar and a table; the first Ctrl-C saves and ends, the second one ends at once. */
async function trainRun(
  options: FitOptions,
  { live, tensorboard, json }: TrainOptions,
  signals: Signals,
): Promise<FitResult> {
  const { recipe, dataset, run } = options;
  signals.onSignal(undefined);
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const epochs = stepsOf(recipe, stepsPerEpoch) / stepsPerEpoch;
  const terminal = watchInTerminal(recipe.batchSize, Math.ceil(epochs));
  let report: OpenReport | undefined;
  try {
    report = await openReport({ run, dataset, live, tensorboard });
    console.log(
      `Training ${wordsOf(recipe)} on ${dataset.name}: ${dataset.train.n} training and ${dataset.test.n} validation images, ${Number(epochs.toFixed(1))} epoch${epochs === 1 ? '' : 's'}, ${recipe.precision}. Run ${run.name}.`,
    );
    for (const line of findingsInWords(dataset)) console.log(line);
    if (report.warning !== undefined) console.log(report.warning);
    if (report.address !== undefined) console.log(`Watch it: ${report.address}`);
    const watcher = watchAll([terminal, report.watcher, ...(json ? [printEpochs(run)] : [])]);
    const result = await fit({ ...options, watcher, signal: signals.signal });
    if (result.finished) {
      signals.onSignal(() =>
        console.log(
          `Interrupted. ${run.name} is trained and saved; its report is not complete: ${runCommand('report', run, [run.name])}`,
        ),
      );
      console.log('Looking at the trained network for the report.');
    }
    await report.finish(result.finished);
    return result;
  } catch (error) {
    if (error instanceof UserError && isFinished(run)) throw reportMissing(run, error);
    throw isOutOfMemory(error) ? await outOfMemory(recipe, error) : error;
  } finally {
    terminal.stop();
    await report?.close();
  }
}

/** The same command would train it again, in a new run. */
function reportMissing(run: Run, { message }: UserError): UserError {
  return new UserError(
    `${message}\n${run.name} is trained and saved; its report is not complete. Rather than the same command, give: ${runCommand('report', run, [run.name])}`,
  );
}

function summary(
  run: Run,
  { finished, step, history, best }: FitResult,
  milliseconds: number,
  { again }: TrainOptions,
): string {
  if (!finished) return `Interrupted and saved at step ${step}. Go on: ${again(run)}`;
  const last = history.at(-1);
  return [
    `Finished in ${clock(milliseconds / 1000)}. Error rate ${plainPercent(last?.errorRate ?? Number.NaN)} after the last epoch, best ${plainPercent(best?.errorRate ?? Number.NaN)} (epoch ${best?.epoch}).`,
    ...(last?.tta ? [`With test-time augmentation: ${plainPercent(last.tta.errorRate)}.`] : []),
    `Report: ${reportPath(run)}`,
    `Next: ${runCommand('export', run, [run.name])}`,
  ].join('\n');
}
