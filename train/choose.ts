// What a command line asks to train: its recipe, the run to go on with, the weights to start from.
import { existsSync } from 'node:fs';
import { UserError } from '../models/errors.ts';
import { readCheckpoint } from './checkpoint.ts';
import { parseDuration } from './plan.ts';
import { precisionsFor } from './precision.ts';
import { families, findRecipe, type Recipe, resolveRecipe } from './recipes/index.ts';
import { findRun, findUnfinished, type Run, readRecipe, returnToBest } from './run.ts';
import { digestOf, type Weights, weightsOf } from './start.ts';

export interface TrainArguments {
  recipe?: string | undefined;
  epochs?: string | undefined;
  'batch-size'?: string | undefined;
  accumulate?: string | undefined;
  'learning-rate'?: string | undefined;
  seed?: string | undefined;
  precision: string;
  budget?: string | undefined;
  resume?: string | undefined;
  from?: string | undefined;
  fresh?: boolean | undefined;
  runs: string;
  /** And the options of the recipes' families. */
  [option: string]: unknown;
}

export interface Choice {
  recipe: Recipe;
  /** The run to go on with. */
  run?: Run;
  /** The weights that a new run starts from. */
  weights?: Weights;
}

/** The recipe to train, and the run to go on with, if there is one. */
export function chooseRun(args: TrainArguments): Choice {
  if (args.resume !== undefined) {
    const run = findRun(args.runs, args.resume);
    if (args.from === 'best') returnToBest(run);
    else if (args.from !== undefined && args.from !== 'last')
      throw new UserError(
        `With --resume, --from takes best or last; received ${JSON.stringify(args.from)}. Without --resume, it starts a new run from the weights of a checkpoint.`,
      );
    return { recipe: readRecipe(run), run };
  }
  const weights = args.from === undefined ? undefined : weightsFrom(args.runs, args.from);
  const from = weights && { from: digestOf(weights) };
  const candidates = recipesOf(args).map((recipe) => ({ ...recipe, ...from }));
  for (const candidate of args.fresh ? [] : candidates) {
    const run = findUnfinished(args.runs, candidate);
    if (run === undefined) continue;
    console.log(`Going on with ${run.name}, which was interrupted (--fresh starts over).`);
    return { recipe: readRecipe(run), run, ...(weights && { weights }) };
  }
  const [recipe] = candidates;
  if (recipe === undefined) throw new Error('a recipe has at least one precision');
  return { recipe, ...(weights && { weights }) };
}

/** The weights of a checkpoint: a file, or the best one of a run. */
function weightsFrom(runs: string, from: string): Weights {
  const isFile = from.endsWith('.safetensors') || (existsSync(from) && !existsSync(`${from}/recipe.json`));
  return weightsOf(readCheckpoint(isFile ? from : findRun(runs, from).best));
}

/** The recipe in the precision to train it in, then in others in which it may have been interrupted. */
export function recipesOf(args: TrainArguments): [Recipe, ...Recipe[]] {
  const named = recipeOf(args);
  const [first = named, ...others] = precisionsFor(args.precision).map((precision) => ({
    ...named,
    precision,
  }));
  return [first, ...others];
}

/** The named recipe with the options of the command line in it. */
function recipeOf(args: TrainArguments): Recipe {
  const chosen = Object.fromEntries(
    Object.keys(familyOptions).flatMap((option) => {
      const value = args[option];
      return typeof value === 'string' ? [[option, value]] : [];
    }),
  );
  const recipe = findRecipe(args.recipe ?? '', {}, chosen);
  const epochs = numberOf('epochs', args.epochs);
  const { steps, ...whole } = recipe;
  return resolveRecipe({
    ...whole,
    // Epochs that are asked for count, not the recipe's own number of steps.
    ...(epochs === undefined ? steps !== undefined && { steps } : { epochs }),
    batchSize: numberOf('batch-size', args['batch-size']) ?? recipe.batchSize,
    accumulate: numberOf('accumulate', args.accumulate) ?? recipe.accumulate,
    seed: numberOf('seed', args.seed) ?? recipe.seed,
    schedule: {
      ...recipe.schedule,
      learningRate: numberOf('learning-rate', args['learning-rate']) ?? recipe.schedule.learningRate,
    },
    ...(args.budget !== undefined && { budget: parseDuration(args.budget) }),
  });
}

/** The options that recipes have of their own, for the command line, by name. */
export const familyOptions: Readonly<Record<string, { type: 'string'; description: string }>> =
  Object.fromEntries(
    families.flatMap(({ recipe, options = [] }) =>
      options.map(({ name, description, values }) => [
        name,
        {
          type: 'string' as const,
          description: `${description} (${recipe.name}): ${Object.keys(values).join(', ')}`,
        },
      ]),
    ),
  );

/** @throws UserError when the text of an option is not a number. */
export function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new UserError(`--${option} takes a number; received ${JSON.stringify(text)}.`);
  return value;
}

/** @throws UserError when the text of an option is not a whole number above 0. */
export function countOf(option: string, text: string): number {
  const count = numberOf(option, text) ?? 0;
  if (Number.isInteger(count) && count > 0) return count;
  throw new UserError(`--${option} takes a whole number above 0; received ${JSON.stringify(text)}.`);
}

/** Every recipe with its options, as text. */
export function listRecipes(): string {
  const width = Math.max(...families.map(({ recipe }) => recipe.name.length));
  const lines = families.flatMap(({ recipe: { name, description }, options = [] }) => [
    `  ${name.padEnd(width)}  ${description}`,
    ...options.map(
      (option) =>
        `  ${''.padEnd(width)}    --${option.name} ${Object.keys(option.values).join('|')} (${option.standard})`,
    ),
  ]);
  return [
    'Recipes:',
    ...lines,
    '',
    'Train one: npm run train digits',
    'With options: npm run train conv-mnist -- --init small',
    'How long will it take? npm run train vgg-cifar -- --plan',
  ].join('\n');
}
