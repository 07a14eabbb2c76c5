// What a command line asks to train: its recipe, the run to go on with, the weights to start from.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { augmentOptions } from '../augment/index.ts';
import { type BackboneArgs, backboneOptions } from '../backbone/input-description.ts';
import { type Weights, weightsDigest, weightsOf } from '../loop/initial-weights.ts';
import { adjusted } from '../recipes/adjust.ts';
import { folderRecipe } from '../recipes/folder.ts';
import { augmented, families, findRecipe, type Recipe, resolveRecipe } from '../recipes/index.ts';
import { readCheckpoint } from '../runs/checkpoint.ts';
import { findRun, findUnfinished, type Run, readRecipe, returnToBest } from '../runs/run.ts';
import { readModelFile, recipeOfCard } from '../runs/weights-of-model-file.ts';
import { familyOptions, folderOptions } from './options.ts';
import { parseDuration } from './plan.ts';
import { precisionsFor } from './precision.ts';

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
  'freeze-epochs'?: string | undefined;
  architecture?: string | undefined;
  size?: string | undefined;
  valid?: string | undefined;
  crop?: string | undefined;
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
export async function chooseRun(args: TrainArguments): Promise<Choice> {
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
  const from = weights && { from: weightsDigest(weights) };
  const candidates = (await recipesOf(args)).map((recipe) => ({ ...recipe, ...from }));
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

/** The weights of a checkpoint or a model file, or of the best checkpoint of a run. */
function weightsFrom(runs: string, from: string): Weights {
  if (modelFileOf({ from }) !== undefined) return readModelFile(from).weights;
  const isFile = from.endsWith('.safetensors') || (existsSync(from) && !existsSync(`${from}/recipe.json`));
  return weightsOf(readCheckpoint(isFile ? from : findRun(runs, from).best));
}

/**
 * The recipe in the precision to train it in, then in others in which it may have been interrupted. A folder's
 * pictures are prepared for it.
 */
export async function recipesOf(args: TrainArguments): Promise<[Recipe, ...Recipe[]]> {
  const named = await recipeOf(args);
  // A head on features takes next to no time, whatever its precision.
  const precision = named.backbone ? 'float32' : args.precision;
  const [first = named, ...others] = precisionsFor(precision).map((precision) => ({
    ...named,
    precision,
  }));
  return [first, ...others];
}

/** The model file that `--from` names, if it is one: its card can name the recipe as well. */
export function modelFileOf({ from }: Pick<TrainArguments, 'from'>): string | undefined {
  return from?.endsWith('.onnx') ? from : undefined;
}

/** The named recipe, or that of a folder or a model file, with the options of the command line in it. */
async function recipeOf(args: TrainArguments): Promise<Recipe> {
  const chosen = Object.fromEntries(
    Object.keys({ ...familyOptions, ...augmentOptions }).flatMap((option) => {
      const value = args[option];
      return typeof value === 'string' ? [[option, value]] : [];
    }),
  );
  const path = pathOf(args.recipe ?? '');
  const file = args.recipe === undefined ? modelFileOf(args) : undefined;
  const recipe =
    path !== undefined
      ? await recipeOfFolder(path, args, chosen)
      : file !== undefined
        ? recipeOfFile(file, chosen)
        : findRecipe(args.recipe ?? '', {}, chosen);
  if (path === undefined)
    refuse(args, Object.keys(folderOptions), `the recipe ${recipe.name} is no folder of pictures`);
  const own = adjusted(recipe, {
    epochs: numberOf('epochs', args.epochs),
    freezeEpochs: numberOf('freeze-epochs', args['freeze-epochs']),
    learningRate: numberOf('learning-rate', args['learning-rate']),
  });
  return resolveRecipe({
    ...own,
    batchSize: numberOf('batch-size', args['batch-size']) ?? own.batchSize,
    accumulate: numberOf('accumulate', args.accumulate) ?? own.accumulate,
    seed: numberOf('seed', args.seed) ?? own.seed,
    ...(args.budget !== undefined && { budget: parseDuration(args.budget) }),
  });
}

/** The recipe in the card of a model file, with another augmentation if one is asked for. */
function recipeOfFile(file: string, chosen: Readonly<Record<string, string>>): Recipe {
  const recipe = recipeOfCard(readModelFile(file).card);
  refuse(chosen, Object.keys(familyOptions), `${file} names its recipe, ${recipe.name}, whole`);
  return resolveRecipe(augmented(recipe, chosen));
}

/** The folder or table that a word names; undefined for the name of a recipe. @throws UserError if nothing is there. */
function pathOf(word: string): string | undefined {
  if (word === '' || families.some(({ recipe }) => recipe.name === word)) return undefined;
  // `npm run` starts in the checkout, whatever folder the user is in.
  const bases = [process.cwd(), process.env.INIT_CWD ?? process.cwd()];
  const found = bases.map((base) => resolve(base, word)).find((path) => existsSync(path));
  if (found !== undefined || !/[/\\.~]/.test(word)) return found;
  throw new UserError(
    `There is nothing at ${resolve(word)}. Expected a folder of pictures, a CSV of paths and labels, or the name of a recipe: npm run train lists them.`,
  );
}

async function recipeOfFolder(
  path: string,
  args: TrainArguments,
  chosen: Readonly<Record<string, string>>,
): Promise<Recipe> {
  refuse(chosen, Object.keys(familyOptions), `${path} is a folder, not a recipe with options of its own`);
  const { architecture, size, valid } = args;
  const crop = cropOf(args.crop);
  const network = backboneOf(args, chosen);
  const options = Object.fromEntries(
    Object.entries({ architecture, size, valid, crop, ...network }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const numbers = { size: numberOf('size', size), valid: numberOf('valid', valid) };
  const choice = { path, architecture, crop, options, network, ...numbers };
  return resolveRecipe(augmented(await folderRecipe(choice), chosen));
}

/** What is said of a file from elsewhere. @throws UserError for what cannot be said with it, or without it. */
function backboneOf(args: TrainArguments, chosen: Readonly<Record<string, string>>): BackboneArgs {
  const said = Object.fromEntries(
    Object.keys(backboneOptions).flatMap((option) => {
      const value = args[option];
      return typeof value === 'string' ? [[option, value]] : [];
    }),
  );
  const { backbone } = said;
  if (backbone === undefined) {
    refuse(said, Object.keys(backboneOptions), 'it says how a file is read that --backbone names');
    return said;
  }
  refuse(args, ['architecture'], `--backbone ${backbone} is the network`);
  refuse(
    chosen,
    Object.keys(augmentOptions),
    'what a backbone from elsewhere makes of a picture is computed once, so pictures are not augmented',
  );
  return { ...said, backbone: fileOf(backbone) };
}

/** The absolute path of a file that a word names. */
function fileOf(word: string): string {
  const bases = [process.cwd(), process.env.INIT_CWD ?? process.cwd()];
  const path = bases.map((base) => resolve(base, word)).find((place) => existsSync(place));
  if (path !== undefined) return path;
  throw new UserError(`There is no file ${resolve(word)}. Expected an ONNX file for --backbone.`);
}

function cropOf(crop: string | undefined): 'center' | 'stretch' | undefined {
  if (crop === 'centre') return 'center'; // as it was spelled once
  if (crop === undefined || crop === 'center' || crop === 'stretch') return crop;
  throw new UserError(`--crop takes center or stretch; received ${JSON.stringify(crop)}.`);
}

/** @throws UserError if one of `options` is given. */
function refuse(args: Readonly<Record<string, unknown>>, options: readonly string[], why: string): void {
  for (const option of options)
    if (args[option] !== undefined) throw new UserError(`--${option} has no meaning here: ${why}.`);
}

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
    'Your own pictures, a folder for each class: npm run train ./photos',
    'With options: npm run train conv-mnist -- --init small',
    'How long will it take? npm run train vgg-cifar -- --plan',
  ].join('\n');
}
