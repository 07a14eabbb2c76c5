// What is asked for in code, as the command's words: so both are checked alike, and make the same recipe.
import { fileURLToPath } from 'node:url';
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { runsFolder } from '../../setup/paths.mjs';
import { type Asked, checkArguments, isModelFile, type RecipeArguments } from '../cli/check-arguments.ts';
import { augmentationOptions, folderOptions, recipeOptions, runOptions } from '../cli/options.ts';
import { parseBytes } from '../memory/bytes.ts';
import { type DefinedRecipe, isDefinedRecipe } from '../project/define-recipe.ts';
import type { TrainOptions } from './options.ts';
import type { TrainSettings } from './train-chosen.ts';
import type { TrainSource } from './types.ts';

/** Options of the command that are something else in code, or are for people at a terminal. */
const OF_THE_COMMAND = [
  'plan',
  'seeds',
  'folds',
  'fold',
  'resume',
  'verify-resume',
  'steps',
  'kills',
  'json',
];

/** The command's options by their names in code. */
const optionOf = new Map(
  Object.keys({ ...recipeOptions, ...runOptions, ...folderOptions, ...augmentationOptions })
    .filter((option) => !OF_THE_COMMAND.includes(option))
    .map((option) => [camelCase(option), option]),
);

/** Options that are true or false. */
const SWITCHES = ['fresh', 'live', 'tensorboard'];

/** The options in code that are none of the command's. */
const ALONE = ['options', 'signal', 'onStart', 'onStep', 'onEpoch', 'onMessage'];

/** What is asked for, checked as far as it can be without loading anything. */
export interface AskedInCode {
  readonly asked: Asked;
  readonly settings: TrainSettings;
}

/** @throws UserError that names the option, what was received and what it takes */
export function askedInCode(source: TrainSource, options: TrainOptions): AskedInCode {
  try {
    const args: RecipeArguments = { runs: runsFolder, ...argumentsOf(options), ...sourceArguments(source) };
    const { keep, 'max-memory': most, live, tensorboard } = args;
    const settings = {
      keep: keep === undefined ? 0 : wholeNumber('keep', String(keep), 0),
      maxMemory: most === undefined ? undefined : parseBytes(String(most)),
      live: live === true,
      tensorboard: tensorboard === true,
    };
    return { asked: checkArguments(args), settings };
  } catch (error) {
    throw error instanceof UserError ? new UserError(inCode(error.message), { cause: error }) : error;
  }
}

type Arguments = Readonly<Record<string, string | boolean | DefinedRecipe | undefined>>;

function sourceArguments(source: TrainSource): Arguments {
  if (source instanceof URL)
    return sourceArguments(source.protocol === 'file:' ? fileURLToPath(source) : source.href);
  if (typeof source === 'string' && source !== '')
    return isModelFile(source) ? { from: source } : { recipe: source };
  if (isDefinedRecipe(source)) return { defined: source };
  const resume = typeof source === 'object' && source !== null ? source.resume : undefined;
  if (typeof resume === 'string') return { resume };
  if (typeof resume?.folder === 'string') return { resume: resume.folder };
  throw new UserError(
    `train: received ${JSON.stringify(source) ?? String(source)}, expected a folder of pictures, a recipe (its name, its file, or what defineRecipe gives), or a run to go on with, { resume: run }`,
  );
}

function argumentsOf({ options: own = {}, ...options }: TrainOptions): Arguments {
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && !ALONE.includes(name),
  );
  return Object.fromEntries([
    ...given.map(([name, value]) => {
      const option = optionNamed(name);
      return [option, SWITCHES.includes(option) ? value : textOf(value)];
    }),
    ...Object.entries(own).map(([name, value]) => [name, textOf(value)]),
  ]);
}

/** @throws UserError for an option that there is not. */
function optionNamed(name: string): string {
  const option = optionOf.get(name);
  if (option !== undefined) return option;
  throw new UserError(
    `train has no option ${JSON.stringify(name)}. ${suggestion(name, [...optionOf.keys(), ...ALONE])}`,
  );
}

/** As the command would be given it. */
function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return isPlainObject(value) ? JSON.stringify(value) : String(value);
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message about options of the command as one about those in code: `--batch-size` is `batchSize`. */
function inCode(message: string): string {
  return message.replace(/--([a-z][a-z-]*)/g, (_, option: string) => camelCase(option));
}

function camelCase(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
