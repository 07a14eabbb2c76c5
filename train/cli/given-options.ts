// Which options were given, and which of them fit beside `--resume`, or without anything that is trained.
import { UserError } from '../../models/errors.ts';
import { command } from '../../setup/invocation.mjs';
import {
  augmentationOptions,
  clusterOptions,
  familyOptions,
  folderOptions,
  recipeOptions,
  runOptions,
} from './options.ts';

type Args = Readonly<Record<string, unknown>>;

/** Every option of a training, by name. */
const all: Readonly<Record<string, object>> = {
  ...recipeOptions,
  ...runOptions,
  ...clusterOptions,
  ...folderOptions,
  ...augmentationOptions,
  ...familyOptions,
};

/** Where the output goes; what is trained does not matter to them. */
const ANYWHERE = ['runs', 'json'];

/** What a run that goes on takes: how long it goes on, from where, who computes it, and how it is watched. */
const BESIDE_RESUME = [
  ...ANYWHERE,
  ...Object.keys(clusterOptions),
  ...['resume', 'from', 'epochs', 'keep', 'live', 'tensorboard', 'max-memory'],
];

/** Why options of the run itself do not fit beside `--resume`. */
const REASONS: Readonly<Record<string, string>> = {
  seeds: 'it goes on with one run. Give the command that began with --seeds once more, without --resume',
  folds: 'it goes on with one run. Give the command that began with --folds once more, without --resume',
  fresh: 'it starts over, where --resume goes on. Leave one of the two out',
  plan: 'it measures a new training. Leave out --resume, and name what to train',
  budget: 'the length of a run is --epochs, all of them counted. Give that instead',
  'verify-resume': 'it trains runs of its own. Leave out --resume, and name what to train',
  steps: 'it belongs to --verify-resume. Leave it out',
  kills: 'it belongs to --verify-resume. Leave it out',
};

/** The options that differ from what is meant without them. */
export function givenOptions(args: Args): string[] {
  return Object.entries(all).flatMap(([name, definition]) => {
    const standard = 'default' in definition ? definition.default : undefined;
    const value = args[name] ?? standard ?? false;
    return value === (standard ?? false) ? [] : [name];
  });
}

/** @throws UserError for an option, or a recipe, that does not fit beside `--resume`, with what to do instead. */
export function checkResume(run: string, args: Args): void {
  if (args.recipe !== undefined)
    throw new UserError(
      `--resume ${run} goes on with what that run trains; received ${JSON.stringify(args.recipe)} as well. Leave one of the two out.`,
    );
  const wrong = givenOptions(args).find((name) => !BESIDE_RESUME.includes(name));
  if (wrong === undefined) return;
  const reason =
    REASONS[wrong] ??
    `a run keeps its recipe, but for --epochs. Leave it out, or start a new run from these weights: name what to train, with --from ${run} and this option`;
  throw new UserError(`--${wrong} does not fit beside --resume: ${reason}.`);
}

/** @throws UserError where options are given, and nothing that they could be about */
export function checkNothingNamed(args: Args): void {
  const [first] = givenOptions(args).filter((name) => !ANYWHERE.includes(name));
  if (first === undefined) return;
  const more =
    first === 'from'
      ? `: --from ${args.from} gives the first weights alone. To go on with a run, name it after --resume`
      : `; received --${first} alone`;
  throw new UserError(
    `Name what to train, a recipe or a folder of pictures${more}. \`${command('train')}\` lists the recipes.`,
  );
}
