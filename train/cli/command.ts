// `trainyard train`: trains a recipe, going on with an interrupted run of it.
import { defineCommand } from 'citty';
import { fetchPretrained } from '../architectures/pretrained.ts';
import { tellFindings } from '../datasets/folder/tell.ts';
import type { Dataset } from '../datasets/index.ts';
import { type FitOptions, type FitResult, fit } from '../loop/fit.ts';
import { checkBatchSize } from '../loop/training.ts';
import { watchAll } from '../loop/watcher.ts';
import { crashNote, isOutOfMemory, limitMemory, outOfMemory } from '../memory/index.ts';
import { type Recipe, stepsOf, wordsOf } from '../recipes/index.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { reportComparison } from '../report/compare/report.ts';
import { clock, plainPercent } from '../report/format.ts';
import { type OpenReport, openReport, reportPath } from '../report/index.ts';
import { watchInTerminal } from '../report/terminal.ts';
import { describeEnvironment } from '../runs/environment.ts';
import {
  crashedUnsaved,
  createRun,
  findFinished,
  findUnfinished,
  lockRun,
  type Run,
  readRecipe,
} from '../runs/run.ts';
import { reportResume } from '../verify/report.ts';
import {
  augmentOptions,
  familyOptions,
  folderOptions,
  recipeArgument,
  recipeOptions,
  runOptions,
} from './options.ts';
import { describeBudget, describePlan, measurePace, planOf, withinBudget } from './plan.ts';
import {
  type Choice,
  chooseRun,
  countOf,
  listRecipes,
  modelFileOf,
  recipesOf,
} from './recipe-of-arguments.ts';

/** Exit status of a program that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

export const trainCommand = defineCommand({
  args: {
    recipe: { ...recipeArgument, required: false },
    ...recipeOptions,
    ...runOptions,
    ...folderOptions,
    ...augmentOptions,
    ...familyOptions,
  },
  async run({ args }) {
    if (args.recipe === undefined && args.resume === undefined && modelFileOf(args) === undefined) {
      console.log(listRecipes());
      return;
    }
    if (args['verify-resume']) {
      const [steps, kills] = [countOf('steps', args.steps), countOf('kills', args.kills)];
      if (!(await reportResume((await recipesOf(args))[0], steps, kills))) process.exitCode = 1;
      return;
    }
    if (args.plan) return showPlan((await recipesOf(args))[0]);
    const seeds = args.seeds === undefined ? 1 : countOf('seeds', args.seeds);
    const done = seeds > 1 && !args.fresh ? findDone(await recipesOf(args), args.runs) : undefined;
    const first = done ?? (await trainChoice(await chooseRun(args), args));
    if (seeds > 1 && first.finished) await trainSeeds(first, seeds, args);
  },
});

interface TrainOptions {
  runs: string;
  keep?: string | undefined;
  'max-memory'?: string | undefined;
  live: boolean;
  tensorboard?: boolean | undefined;
  fresh?: boolean | undefined;
}

interface Trained {
  run: Run;
  recipe: Recipe;
  weights?: FitOptions['weights'];
  finished: boolean;
}

/** Trains what was chosen, or goes on with it, and says how it ended. */
async function trainChoice(chosen: Choice, options: TrainOptions): Promise<Trained> {
  const keep = options.keep === undefined ? 0 : countOf('keep', options.keep);
  const memory = await limitMemory(chosen.recipe, options['max-memory']);
  await fetchPretrained(chosen.recipe);
  const dataset = await loadDataOf(chosen.recipe);
  checkBatchSize(chosen.recipe, dataset);
  const recipe = chosen.run ? chosen.recipe : await scaled(chosen.recipe, dataset);
  const run = chosen.run ?? createRun(options.runs, recipe, describeEnvironment());
  const started = performance.now();
  const { weights } = chosen;
  const result = await trainRun(
    { recipe, dataset, run, keep, ...(memory && { memory }), ...(weights && { weights }) },
    options,
  );
  console.log(summary(run, result, performance.now() - started));
  if (!result.finished) process.exitCode = INTERRUPTED;
  return { run, recipe, ...(weights && { weights }), finished: result.finished };
}

/** A run of one of the recipes that is done already. */
function findDone(recipes: readonly Recipe[], runs: string): Trained | undefined {
  const [run] = recipes.flatMap((recipe) => findFinished(runs, recipe) ?? []);
  if (run === undefined) return undefined;
  const recipe = readRecipe(run);
  console.log(`${run.name} is done already: seed ${recipe.seed}.`);
  return { run, recipe, finished: true };
}

/** Trains the recipe of `first` with the seeds after its own, as far as that is not done yet, and compares the runs. */
async function trainSeeds(first: Trained, seeds: number, options: TrainOptions): Promise<void> {
  const runs = [first.run];
  for (let i = 1; i < seeds; i++) {
    const recipe = { ...first.recipe, seed: first.recipe.seed + i };
    const done = options.fresh ? undefined : findFinished(options.runs, recipe);
    if (done !== undefined) {
      console.log(`${done.name} is done already: seed ${recipe.seed}.`);
      runs.push(done);
      continue;
    }
    const unfinished = options.fresh ? undefined : findUnfinished(options.runs, recipe);
    // As many steps as the first, also where a budget has been measured for it.
    const run = unfinished ?? createRun(options.runs, recipe, describeEnvironment());
    const { weights } = first;
    const trained = await trainChoice({ recipe: readRecipe(run), run, ...(weights && { weights }) }, options);
    if (!trained.finished) return;
    runs.push(trained.run);
  }
  console.log(await reportComparison(options.runs, runs));
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

async function showPlan(recipe: Recipe): Promise<void> {
  await fetchPretrained(recipe);
  const dataset = await loadDataOf(recipe);
  const pace = await measurePace(recipe, dataset);
  const plan = planOf(recipe, pace, Math.floor(dataset.train.n / recipe.batchSize));
  console.log(describePlan(recipe, pace, plan));
}

/** Trains with a bar and a table; the first Ctrl-C saves and ends, the second one ends at once. */
async function trainRun(
  options: FitOptions,
  { live, tensorboard = false }: TrainOptions,
): Promise<FitResult> {
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
    for (const line of tellFindings(dataset)) console.log(line);
    if (report.warning !== undefined) console.log(report.warning);
    if (report.address !== undefined) console.log(`Watch it: ${report.address}`);
    const watcher = watchAll([terminal, report.watcher]);
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
    return `Interrupted and saved at step ${step}. Go on: npx trainyard train --resume ${run.name}`;
  const last = history.at(-1);
  return [
    `Finished in ${clock(milliseconds / 1000)}. Error rate ${plainPercent(last?.errorRate ?? Number.NaN)} after the last epoch, best ${plainPercent(best?.errorRate ?? Number.NaN)} (epoch ${best?.epoch}).`,
    ...(last?.tta ? [`With test-time augmentation: ${plainPercent(last.tta.errorRate)}.`] : []),
    `Report: ${reportPath(run)}`,
    'Next: npm run export',
  ].join('\n');
}
