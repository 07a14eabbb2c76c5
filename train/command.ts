// `trainyard train`: trains a recipe, going on with an interrupted run of it.
import { defineCommand } from 'citty';
import { UserError } from '../models/errors.ts';
import { runsFolder } from '../setup/paths.mjs';
import { loadDataset } from './datasets/index.ts';
import { describeEnvironment } from './environment.ts';
import { type FitResult, fit } from './fit.ts';
import { precisionsFor } from './precision.ts';
import { findRecipe, type Recipe, recipes } from './recipes/index.ts';
import { createRun, findRun, findUnfinished, lockRun, type Run, readRecipe } from './run.ts';
import { clock, percent, watchInTerminal } from './terminal.ts';

/** Exit status of a program that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

export const trainCommand = defineCommand({
  meta: { name: 'train', description: 'Train a recipe; without a name, list the recipes' },
  args: {
    recipe: { type: 'positional', required: false, description: 'Name of the recipe' },
    epochs: { type: 'string', description: 'How often to go through the training images' },
    'batch-size': { type: 'string', description: 'Images per step' },
    'learning-rate': { type: 'string', description: 'Peak of the learning rate' },
    seed: { type: 'string', description: 'Seed of weights, order and augmentation' },
    precision: { type: 'string', description: 'auto, float32 or bfloat16', default: 'auto' },
    resume: { type: 'string', description: 'Go on with this run, by its name' },
    fresh: { type: 'boolean', description: 'Start a new run even if one was interrupted' },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    if (args.recipe === undefined && args.resume === undefined) {
      console.log(listRecipes());
      return;
    }
    const { recipe, run } = chooseRun(args);
    const started = performance.now();
    const result = await trainRun(recipe, run);
    console.log(summary(run, result, performance.now() - started));
    if (!result.finished) process.exitCode = INTERRUPTED;
  },
});

interface TrainArguments {
  recipe?: string | undefined;
  epochs?: string | undefined;
  'batch-size'?: string | undefined;
  'learning-rate'?: string | undefined;
  seed?: string | undefined;
  precision: string;
  resume?: string | undefined;
  fresh?: boolean | undefined;
  runs: string;
}

function chooseRun(args: TrainArguments): { recipe: Recipe; run: Run } {
  if (args.resume !== undefined) {
    const run = findRun(args.runs, args.resume);
    return { recipe: readRecipe(run), run };
  }
  const named = recipeOf(args);
  const [recipe = named, ...others] = precisionsFor(args.precision).map((precision) => ({
    ...named,
    precision,
  }));
  for (const candidate of args.fresh ? [] : [recipe, ...others]) {
    const run = findUnfinished(args.runs, candidate);
    if (run === undefined) continue;
    console.log(`Going on with ${run.name}, which was interrupted (--fresh starts over).`);
    return { recipe: candidate, run };
  }
  return { recipe, run: createRun(args.runs, recipe, describeEnvironment()) };
}

/** The named recipe with the options of the command line in it. */
function recipeOf(args: TrainArguments): Recipe {
  const recipe = findRecipe(args.recipe ?? '');
  const learningRate = numberOf('learning-rate', args['learning-rate']) ?? recipe.schedule.learningRate;
  return findRecipe(recipe.name, {
    epochs: numberOf('epochs', args.epochs) ?? recipe.epochs,
    batchSize: numberOf('batch-size', args['batch-size']) ?? recipe.batchSize,
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

/** Trains with a bar and a table; the first Ctrl-C saves and ends, the second one ends at once. */
async function trainRun(recipe: Recipe, run: Run): Promise<FitResult> {
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
    return await fit({ recipe, dataset, run, watcher, signal: abort.signal });
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
