// Last step from the command line to a run: trains, with a bar and a live report, and prints how it ended.
import { command } from '../../setup/invocation.mjs';
import { fetchPretrained } from '../architectures/pretrained.ts';
import { findingsInWords } from '../datasets/folder/findings-in-words.ts';
import type { Dataset } from '../datasets/index.ts';
import { type FitOptions, type FitResult, fit } from '../loop/fit.ts';
import { checkBatchSize } from '../loop/training.ts';
import { watchAll } from '../loop/watcher.ts';
import { crashNote, isOutOfMemory, limitMemory, outOfMemory } from '../memory/index.ts';
import { type Recipe, stepsOf, wordsOf } from '../recipes/index.ts';
import { reportComparison } from '../report/compare/report.ts';
import { clock, plainPercent } from '../report/format.ts';
import { type OpenReport, openReport, reportPath } from '../report/index.ts';
import { watchInTerminal } from '../report/terminal.ts';
import { describeEnvironment } from '../runs/environment.ts';
import { crashedUnsaved, lockRun } from '../runs/lock.ts';
import { createRun, findFinished, findUnfinished, type Run, readRecipe } from '../runs/run.ts';
import { reportResume } from '../verify/report.ts';
import type { Asked } from './check-arguments.ts';
import { type Choice, chooseRun } from './choose-run.ts';
import { printEnd, printEpochs } from './json-lines.ts';
import { describeBudget, describePlan, measurePace, planOf, withinBudget } from './plan.ts';
import { recipeOfArguments } from './recipe-of-arguments.ts';

/** Exit status of a program that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

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
}

/** Trains what is asked for, with one seed after another where several are, and prints how it ended. */
export async function train(asked: Asked, options: TrainOptions): Promise<void> {
  const { seeds } = options;
  const choice = await chooseRun(asked, seeds > 1);
  const first =
    choice.isDone && choice.run ? doneAlready(choice.run) : await trainChoice(choice, asked.runs, options);
  if (seeds > 1 && first.finished) await trainSeeds(choice, first, asked, options);
}

/** Prints how long it will take, and trains nothing. */
export async function showPlan(asked: Asked): Promise<void> {
  const { recipes, data } = await recipeOfArguments(asked);
  const [recipe] = recipes;
  await fetchPretrained(recipe);
  const dataset = await data();
  const pace = await measurePace(recipe, dataset);
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
async function trainChoice(choice: Choice, runs: string, options: TrainOptions): Promise<Trained> {
  const { weights } = choice;
  const memory = await limitMemory(choice.recipe, options.maxMemory);
  await fetchPretrained(choice.recipe);
  const dataset = await choice.data();
  checkBatchSize(choice.recipe, dataset);
  const recipe = choice.run ? choice.recipe : await scaled(choice.recipe, dataset);
  const run = choice.run ?? createRun(runs, recipe, describeEnvironment());
  const started = performance.now();
  const { keep } = options;
  const result = await trainRun(
    { recipe, dataset, run, keep, ...(memory && { memory }), ...(weights && { weights }) },
    options,
  );
  const milliseconds = performance.now() - started;
  console.log(summary(run, result, milliseconds));
  if (options.json) printEnd(run, result, milliseconds / 1000);
  if (!result.finished) process.exitCode = INTERRUPTED;
  return { run, recipe, finished: result.finished };
}

function doneAlready(run: Run): Trained {
  const recipe = readRecipe(run);
  console.log(`${run.name} is done already: seed ${recipe.seed}.`);
  return { run, recipe, finished: true };
}

/** Trains the recipe of `first` with the seeds after its own, those that are not done yet, and compares the runs. */
async function trainSeeds(
  choice: Choice,
  first: Trained,
  { runs: folder, fresh }: Asked,
  options: TrainOptions,
): Promise<void> {
  const runs = [first.run];
  for (let i = 1; i < options.seeds; i++) {
    const recipe = { ...first.recipe, seed: first.recipe.seed + i };
    const done = fresh ? undefined : findFinished(folder, recipe);
    if (done !== undefined) {
      runs.push(doneAlready(done).run);
      continue;
    }
    const unfinished = fresh ? undefined : findUnfinished(folder, recipe);
    // As many steps as the first, also where a budget has been measured for it.
    const run = unfinished ?? createRun(folder, recipe, describeEnvironment());
    // A seed changes no data.
    const trained = await trainChoice({ ...choice, recipe: readRecipe(run), run }, folder, options);
    if (!trained.finished) return;
    runs.push(trained.run);
  }
  console.log(await reportComparison(folder, runs));
}

/** The recipe with the steps that its budget leaves, measured now. */
async function scaled(recipe: Recipe, dataset: Dataset): Promise<Recipe> {
  const { budget } = recipe;
  if (budget === undefined) return recipe;
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const pace = await measurePace(recipe, dataset);
  const fitting = withinBudget(recipe, budget, pace, stepsPerEpoch);
  const [before, after] = [recipe, fitting].map((each) => planOf(each, pace, stepsPerEpoch));
  if (before && after) console.log(describeBudget(before, after, budget));
  return fitting;
}

/** Trains with a bar and a table; the first Ctrl-C saves and ends, the second one ends at once. */
async function trainRun(options: FitOptions, { live, tensorboard, json }: TrainOptions): Promise<FitResult> {
  const { recipe, dataset, run } = options;
  if (crashedUnsaved(run)) console.log(crashNote(run));
  const unlock = lockRun(run);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
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
    const result = await fit({ ...options, watcher, signal: abort.signal });
    if (result.finished) console.log('Looking at the trained network for the report.');
    await report.finish(result.finished);
    return result;
  } catch (error) {
    throw isOutOfMemory(error) ? await outOfMemory(recipe, error) : error;
  } finally {
    terminal.stop();
    await report?.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    unlock();
  }
}

function summary(run: Run, { finished, step, history, best }: FitResult, milliseconds: number): string {
  if (!finished)
    return `Interrupted and saved at step ${step}. Go on: ${command('train', ['--resume', run.name])}`;
  const last = history.at(-1);
  return [
    `Finished in ${clock(milliseconds / 1000)}. Error rate ${plainPercent(last?.errorRate ?? Number.NaN)} after the last epoch, best ${plainPercent(best?.errorRate ?? Number.NaN)} (epoch ${best?.epoch}).`,
    ...(last?.tta ? [`With test-time augmentation: ${plainPercent(last.tta.errorRate)}.`] : []),
    `Report: ${reportPath(run)}`,
    `Next: ${command('export')}`,
  ].join('\n');
}
