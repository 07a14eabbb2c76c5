// `trainyard train`: trains a recipe, going on with an interrupted run of it.
import { defineCommand } from 'citty';
import { UserError } from '../models/errors.ts';
import { runsFolder } from '../setup/paths.mjs';
import { loadDataset } from './datasets/index.ts';
import { describeEnvironment } from './environment.ts';
import { type FitOptions, type FitResult, fit } from './fit.ts';
import { deathNote, isOutOfMemory, limitMemory, outOfMemory } from './memory/index.ts';
import { precisionsFor } from './precision.ts';
import { findRecipe, type Recipe, recipes } from './recipes/index.ts';
import {
  createRun,
  diedInVain,
  findRun,
  findUnfinished,
  lockRun,
  type Run,
  readRecipe,
  returnToBest,
} from './run.ts';
import { clock, percent, watchInTerminal } from './terminal.ts';
import { reportResume } from './verify/report.ts';

/** Exit status of a program that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

export const trainCommand = defineCommand({
  meta: { name: 'train', description: 'Train a recipe; without a name, list the recipes' },
  args: {
    recipe: { type: 'positional', required: false, description: 'Name of the recipe' },
    epochs: { type: 'string', description: 'How often to go through the training images' },
    'batch-size': { type: 'string', description: 'Images per step' },
    accumulate: { type: 'string', description: 'Parts in which a batch is computed, to save memory' },
    'learning-rate': { type: 'string', description: 'Peak of the learning rate' },
    seed: { type: 'string', description: 'Seed of weights, order and augmentation' },
    precision: { type: 'string', description: 'auto, float32 or bfloat16', default: 'auto' },
    resume: { type: 'string', description: 'Go on with this run, by its name' },
    from: { type: 'string', description: 'With --resume: go on from the best or the last checkpoint' },
    fresh: { type: 'boolean', description: 'Start a new run even if one was interrupted' },
    'max-memory': { type: 'string', description: 'Most memory to take, for example 2g' },
    'verify-resume': { type: 'boolean', description: 'Prove that killing the training changes nothing' },
    steps: { type: 'string', description: 'With --verify-resume: how many steps to train', default: '40' },
    kills: { type: 'string', description: 'With --verify-resume: how often to kill', default: '20' },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    if (args.recipe === undefined && args.resume === undefined) {
      console.log(listRecipes());
      return;
    }
    if (args['verify-resume']) {
      const [steps, kills] = [countOf('steps', args.steps), countOf('kills', args.kills)];
      if (!(await reportResume(recipesOf(args)[0], steps, kills))) process.exitCode = 1;
      return;
    }
    const chosen = chooseRun(args);
    const { recipe } = chosen;
    const memory = await limitMemory(recipe, args['max-memory']);
    const run = chosen.run ?? createRun(args.runs, recipe, describeEnvironment());
    const started = performance.now();
    const result = await trainRun(recipe, run, memory);
    console.log(summary(run, result, performance.now() - started));
    if (!result.finished) process.exitCode = INTERRUPTED;
  },
});

interface TrainArguments {
  recipe?: string | undefined;
  epochs?: string | undefined;
  'batch-size'?: string | undefined;
  accumulate?: string | undefined;
  'learning-rate'?: string | undefined;
  seed?: string | undefined;
  precision: string;
  resume?: string | undefined;
  from?: string | undefined;
  fresh?: boolean | undefined;
  runs: string;
}

/** The recipe to train, and the run to go on with, if there is one. */
function chooseRun(args: TrainArguments): { recipe: Recipe; run?: Run } {
  if (args.resume !== undefined) {
    const run = findRun(args.runs, args.resume);
    if (args.from === 'best') returnToBest(run);
    else if (args.from !== undefined && args.from !== 'last')
      throw new UserError(`--from takes best or last; received ${JSON.stringify(args.from)}.`);
    return { recipe: readRecipe(run), run };
  }
  if (args.from !== undefined) throw new UserError('--from goes with --resume and the name of a run.');
  const candidates = recipesOf(args);
  for (const recipe of args.fresh ? [] : candidates) {
    const run = findUnfinished(args.runs, recipe);
    if (run === undefined) continue;
    console.log(`Going on with ${run.name}, which was interrupted (--fresh starts over).`);
    return { recipe, run };
  }
  return { recipe: candidates[0] };
}

/** The recipe in the precision to train it in, then in others in which it may have been interrupted. */
function recipesOf(args: TrainArguments): [Recipe, ...Recipe[]] {
  const named = recipeOf(args);
  const [first = named, ...others] = precisionsFor(args.precision).map((precision) => ({
    ...named,
    precision,
  }));
  return [first, ...others];
}

/** The named recipe with the options of the command line in it. */
function recipeOf(args: TrainArguments): Recipe {
  const recipe = findRecipe(args.recipe ?? '');
  const learningRate = numberOf('learning-rate', args['learning-rate']) ?? recipe.schedule.learningRate;
  return findRecipe(recipe.name, {
    epochs: numberOf('epochs', args.epochs) ?? recipe.epochs,
    batchSize: numberOf('batch-size', args['batch-size']) ?? recipe.batchSize,
    accumulate: numberOf('accumulate', args.accumulate) ?? recipe.accumulate,
    seed: numberOf('seed', args.seed) ?? recipe.seed,
    schedule: { ...recipe.schedule, learningRate },
  });
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new UserError(`--${option} takes a number; received ${JSON.stringify(text)}.`);
  return value;
}

function countOf(option: string, text: string): number {
  const count = numberOf(option, text) ?? 0;
  if (Number.isInteger(count) && count > 0) return count;
  throw new UserError(`--${option} takes a whole number above 0; received ${JSON.stringify(text)}.`);
}

/** Trains with a bar and a table; the first Ctrl-C saves and ends, the second one ends at once. */
async function trainRun(recipe: Recipe, run: Run, memory: FitOptions['memory']): Promise<FitResult> {
  if (diedInVain(run)) console.log(deathNote(run));
  const unlock = lockRun(run);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const watcher = watchInTerminal(recipe.batchSize, recipe.epochs);
  try {
    const dataset = await loadDataset(recipe.dataset);
    console.log(
      `Training ${recipe.name} on ${dataset.name}: ${dataset.train.n} training and ${dataset.test.n} validation images, ${recipe.epochs} epoch${recipe.epochs === 1 ? '' : 's'}, ${recipe.precision}. Run ${run.name}.`,
    );
    return await fit({ recipe, dataset, run, watcher, signal: abort.signal, ...(memory && { memory }) });
  } catch (error) {
    throw isOutOfMemory(error) ? await outOfMemory(recipe, error) : error;
  } finally {
    watcher.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    unlock();
  }
}

function summary(run: Run, { finished, step, history, best }: FitResult, milliseconds: number): string {
  if (!finished)
    return `Interrupted and saved at step ${step}. Go on: npx trainyard train --resume ${run.name}`;
  const last = history.at(-1);
  return [
    `Finished in ${clock(milliseconds / 1000)}. Error rate ${percent(last?.errorRate ?? Number.NaN)} after the last epoch, best ${percent(best?.errorRate ?? Number.NaN)} (epoch ${best?.epoch}).`,
    ...(last?.tta ? [`With test-time augmentation: ${percent(last.tta.errorRate)}.`] : []),
    `Checkpoints and metrics: ${run.folder}`,
    'Next: npm run export',
  ].join('\n');
}

function listRecipes(): string {
  const width = Math.max(...recipes.map(({ name }) => name.length));
  const lines = recipes.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
  return ['Recipes:', ...lines, '', 'Train one: npm run train digits'].join('\n');
}
