// What a sweep is asked for: its options as checked values, before anything is loaded.
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { command } from '../../setup/invocation.mjs';
import { isRayAddress } from '../../setup/libraries/ray-cluster.mjs';
import { processors } from '../../setup/machine/processors.mjs';
import { augmentBy } from '../augment/options.ts';
import { type Asked, checkArguments, type RecipeArguments } from '../cli/check-arguments.ts';
import { augmentationOptions, familyOptions, folderOptions, recipeOptions } from '../cli/options.ts';
import { findConfig } from '../project/find-module.ts';
import { families } from '../recipes/families.ts';
import { findRecipe } from '../recipes/index.ts';
import { TRIALS } from './options.ts';
import { type Dimension, extremesOf, middleOf, readDimension } from './space.ts';

export interface AskedSweep {
  readonly space: readonly Dimension[];
  /** The options as for one training, with a value from the middle of each range. */
  readonly middle: RecipeArguments;
  /** The training of `middle`. */
  readonly training: Asked;
  readonly trials: number;
  readonly seeds: number;
  readonly prune: boolean;
  readonly place: Place;
}

/** Where trials run. */
export interface Place {
  /** `local`, or the address of a Ray cluster. */
  readonly on: string;
  /** Trials at a time; null for as many as the cluster has room for. */
  readonly atOnce: number | null;
  /** Processors of each; null for all of this machine. */
  readonly cores: number | null;
}

/** Options that may have a range or a list. */
const SEARCHED: Readonly<Record<string, unknown>> = {
  ...recipeOptions,
  ...folderOptions,
  ...augmentationOptions,
  ...familyOptions,
};

/** @throws UserError that names the option, what was received and what it takes */
export function checkSweep(args: RecipeArguments): AskedSweep {
  const text = (option: string) => textOf(args, option);
  const count = (option: string) => {
    const value = text(option);
    return value === undefined ? undefined : wholeNumber(option, value, 1);
  };
  const space = spaceOf(args);
  const middle = { ...args, ...Object.fromEntries(space.map((each) => [each.option, middleOf(each)])) };
  for (const dimension of space)
    for (const value of extremesOf(dimension)) checkTraining({ ...middle, [dimension.option]: value });
  const place = placeOf(text('on') ?? 'local', count('at-once'), count('cores'));
  return {
    space,
    middle,
    training: checkTraining(middle),
    trials: count('trials') ?? TRIALS,
    seeds: count('seeds') ?? 1,
    prune: args.prune !== false,
    place,
  };
}

/** @throws UserError where no option has a range, or one has that cannot */
function spaceOf(args: RecipeArguments): Dimension[] {
  const space = Object.keys(args).flatMap((option) => {
    const text = textOf(args, option);
    if (text === undefined || !Object.hasOwn(SEARCHED, option)) return [];
    return readDimension(option, text, (value) => isTaken({ ...args, [option]: value }, option)) ?? [];
  });
  if (space.some(({ option }) => option === 'seed'))
    throw new UserError('--seed is no matter of search. --seeds 3 trains each trial with three seeds.');
  if (args.folds !== undefined)
    throw new UserError(
      '--folds is no matter of a sweep, whose trials are compared by one part of the pictures. Leave it out.',
    );
  if (space.length > 0) return space;
  checkTraining(args);
  throw new UserError(
    `A sweep needs something to search: give an option a range, such as ${command('sweep', [String(args.recipe), '--learning-rate', 'log:0.001..0.1'])}, or a list, such as --optimizer '{adam,sgd}'.`,
  );
}

/** Whether an option takes the value that it has, whatever the others have. */
function isTaken(args: RecipeArguments, option: string): boolean {
  const { recipe, runs, [option]: value } = args;
  try {
    checkTraining({ recipe, runs, [option]: value });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** @throws UserError as `trainyard train` does for these options */
function checkTraining(args: RecipeArguments): Asked {
  const asked = checkArguments(args);
  const { subject, chosen } = asked;
  const isOurs = (name: string) => families.some(({ recipe }) => recipe.name === name);
  // Others are in the user's own config, which is not read yet.
  if (subject.kind === 'recipe' && (isOurs(subject.name) || findConfig() === undefined))
    findRecipe(subject.name, {}, chosen);
  else augmentBy({}, chosen);
  return asked;
}

/** @throws UserError for an address that is none, and for more than this machine has */
function placeOf(on: string, atOnce: number | undefined, cores: number | undefined): Place {
  if (on !== 'local') {
    if (!isRayAddress(on))
      throw new UserError(
        `--on takes local, or the address of a Ray cluster, such as ray://head:10001; received ${JSON.stringify(on)}.`,
      );
    return { on, atOnce: atOnce ?? null, cores: cores ?? 1 };
  }
  const there = processors();
  const each = cores ?? (atOnce === undefined ? null : Math.max(1, Math.floor(there / atOnce)));
  const count = atOnce ?? (each === null ? 1 : Math.max(1, Math.floor(there / each)));
  if (count * (each ?? there) > there)
    throw new UserError(
      `${count} trials at once with ${each ?? there} of the ${there} processors of this machine each are more than it has: lower --at-once or --cores.`,
    );
  return { on, atOnce: count, cores: each };
}

function textOf(args: RecipeArguments, option: string): string | undefined {
  const value = args[option];
  return typeof value === 'string' ? value : undefined;
}
