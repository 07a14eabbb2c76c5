// First step from the command line to a run: the texts of the options as checked values, before anything is loaded.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isHubAddress, parseHubAddress } from '../../hub/address.ts';
import { UserError } from '../../models/errors.ts';
import { oneOf } from '../../models/nearest.ts';
import { realNumber, wholeNumber } from '../../models/option-values.ts';
import { command } from '../../setup/invocation.mjs';
import { augmentOptions } from '../augment/options.ts';
import { askedBackbone, backboneOptions } from '../backbone/options.ts';
import type { Fold } from '../datasets/folder/choose-sides.ts';
import type { AskedDistill } from '../distill/schema.ts';
import { optimizers } from '../optimizers/index.ts';
import type { DefinedRecipe } from '../project/define-recipe.ts';
import { isModulePath } from '../project/find-module.ts';
import { families } from '../recipes/families.ts';
import type { AskedFolder } from '../recipes/folder.ts';
import { folderNetworks } from '../recipes/networks.ts';
import { type ClassWeights, type NumberLoss, numberLossSchema, TASKS } from '../tasks/task.ts';
import { readClassWeights } from './class-weights.ts';
import { parseDuration } from './duration.ts';
import { checkNothingNamed, checkResume } from './given-options.ts';
import { familyOptions, folderOptions } from './options.ts';
import { type PrecisionChoice, precisionChoices } from './precision.ts';

/** Options of the command line, by name without dashes; those of families and of augmentation among them. */
export interface RecipeArguments {
  readonly precision?: string | undefined;
  readonly runs: string;
  readonly fresh?: boolean | undefined;
  /** Of a program, which has it as a value: what is trained, in the place of `recipe`. */
  readonly defined?: DefinedRecipe | undefined;
  readonly [option: string]: unknown;
}

/** What is named: nothing, a recipe, a file with one, a folder (or table, or shard) of pictures, or a model file, whose card has its recipe. */
export type TrainingSubject =
  | { readonly kind: 'none' }
  | { readonly kind: 'recipe'; readonly name: string }
  | { readonly kind: 'recipe file'; readonly path: string }
  | { readonly kind: 'defined recipe'; readonly recipe: DefinedRecipe }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'model file'; readonly path: string };

/** What is asked for, checked as far as it can be without loading anything. */
export interface Asked {
  readonly subject: TrainingSubject;
  readonly epochs?: number | undefined;
  readonly patience?: number | undefined;
  readonly freezeEpochs?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly optimizer?: string | undefined;
  readonly weightDecay?: number | undefined;
  readonly dropout?: number | undefined;
  readonly labelSmoothing?: number | undefined;
  /** Decay of the average of the weights. */
  readonly average?: number | undefined;
  readonly classWeights?: ClassWeights | undefined;
  readonly sampling?: 'balanced' | 'usual' | undefined;
  readonly focal?: number | undefined;
  readonly loss?: NumberLoss | undefined;
  readonly distill?: AskedDistill | undefined;
  /** `test` trains a recipe on all training images, and tests it after every epoch. */
  readonly validation?: 'test' | undefined;
  readonly batchSize?: number | undefined;
  readonly accumulate?: number | undefined;
  readonly seed?: number | undefined;
  /** Seconds. */
  readonly budget?: number | undefined;
  readonly precision: PrecisionChoice;
  /** Texts of the options of families and of augmentation, by option. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly folder: AskedFolder;
  /** A run to go on with, and from which of its checkpoints. */
  readonly resume?: { readonly run: string; readonly from: 'best' | 'last' } | undefined;
  /** Where the first weights come from: a checkpoint, a model file or a run. */
  readonly from?: string | undefined;
  readonly fresh: boolean;
  /** Folder of the runs. */
  readonly runs: string;
}

/**
 * Checks the options of a command that names a recipe or a folder.
 * @throws UserError that names the option, what was received and what it takes
 */
export function checkArguments(args: RecipeArguments): Asked {
  const text = (option: string): string | undefined => {
    const value = args[option];
    return typeof value === 'string' ? value : undefined;
  };
  const whole = (option: string, least: number, most?: number) =>
    given(text(option), (value) => wholeNumber(option, value, least, most));
  const [resume, from] = [text('resume'), text('from')];
  const checkpoint = resume === undefined ? undefined : given(from, checkpointOf);
  if (resume !== undefined) checkResume(resume, args);
  const subject: TrainingSubject =
    args.defined === undefined
      ? subjectOf(text('recipe'), from, resume)
      : { kind: 'defined recipe', recipe: args.defined };
  if (subject.kind === 'none' && resume === undefined) checkNothingNamed(args);
  const own = optionsOfFamily(subject);
  const chosen = textsOf(args, [...Object.keys(familyOptions), ...Object.keys(augmentOptions), ...own]);
  const shareBelowOne = (option: string) =>
    given(text(option), (value) => realNumber(option, value, { least: 0, below: 1 }, 'a share'));
  checkMeaning(subject, args, chosen);
  const backbone = backboneTexts(args);
  const tests = given(text('test'), testsOf);
  const fold = foldOf(text);
  return {
    subject,
    epochs: whole('epochs', 1),
    patience: whole('patience', 1),
    freezeEpochs: whole('freeze-epochs', 0),
    learningRate: given(text('learning-rate'), (value) =>
      realNumber('learning-rate', value, { above: 0 }, 'a learning rate'),
    ),
    // A recipe that has an option of this name has a learning rate for each of its values.
    optimizer: own.includes('optimizer')
      ? undefined
      : given(text('optimizer'), (name) =>
          oneOf(
            '--optimizer',
            optimizers.map((each) => each.name),
            name,
          ),
        ),
    weightDecay: given(text('weight-decay'), (value) =>
      realNumber('weight-decay', value, { least: 0 }, 'a number'),
    ),
    dropout: shareBelowOne('dropout'),
    labelSmoothing: shareBelowOne('label-smoothing'),
    average: shareBelowOne('average'),
    classWeights: given(text('class-weights'), readClassWeights),
    sampling: given(text('sampling'), (value) => oneOf('--sampling', ['balanced', 'usual'], value)),
    focal: given(text('focal'), focalOf),
    loss: given(text('loss'), (name) => oneOf('--loss', numberLossSchema.options, name)),
    distill: distillOf(text),
    validation: subject.kind !== 'folder' && text('valid') === 'test' ? 'test' : undefined,
    batchSize: whole('batch-size', 1),
    accumulate: whole('accumulate', 1),
    seed: given(text('seed'), seedOf),
    budget: given(text('budget'), parseDuration),
    precision: oneOf('--precision', precisionChoices, args.precision ?? 'auto'),
    chosen,
    folder: {
      architecture: given(text('architecture'), (name) =>
        oneOf('--architecture', [...folderNetworks.keys()], name),
      ),
      ...sizesOf(text, whole('size', 8, 1024)),
      valid: subject.kind === 'folder' ? given(text('valid'), validOf) : undefined,
      tests,
      crop: given(text('crop'), cropOf),
      // A recipe may have an option of this name.
      as: own.includes('as') ? undefined : given(text('as'), (name) => oneOf('--as', TASKS, name)),
      label: given(text('label'), columnsOf),
      delimiter: given(text('label-delimiter'), delimiterOf),
      group: text('group'),
      fold,
      network: backbone.backbone === undefined ? undefined : askedBackbone(backbone.backbone, backbone),
      options: {
        ...textsOf(args, Object.keys(folderOptions)),
        ...(tests && { test: tests }),
        ...(fold && { fold: String(fold.at) }),
        ...backbone,
      },
    },
    resume: given(resume, (run) => ({ run, from: checkpoint ?? 'last' })),
    from: resume === undefined ? from : undefined,
    fresh: args.fresh ?? false,
    runs: args.runs,
  };
}

/** The options that the recipe which is named has of its own. */
function optionsOfFamily(subject: TrainingSubject): string[] {
  if (subject.kind !== 'recipe') return [];
  const family = families.find(({ recipe }) => recipe.name === subject.name);
  return (family?.options ?? []).map(({ name }) => name);
}

function given<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

/** The texts that were given of these options. */
function textsOf(args: RecipeArguments, options: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    options.flatMap((option) => {
      const value = args[option];
      return typeof value === 'string' ? [[option, option === 'crop' ? cropOf(value) : value]] : [];
    }),
  );
}

/** A share of the pictures for validation, or `test`. */
function validOf(text: string): number | 'test' {
  if (text === 'test') return text;
  if (Number(text) === 0 && text.trim() !== '')
    throw new UserError(
      `--valid ${text} would leave no picture to validate with, and the epoch that validates best is what is kept. Expected a share above 0 and below 1, such as 0.05, or test.`,
    );
  return realNumber('valid', text, { above: 0, below: 1 }, 'test, for a folder of that name, or a share');
}

/** The fold that validates, the first where all are trained. @throws UserError where options do not go together */
function foldOf(text: (option: string) => string | undefined): Fold | undefined {
  const [folds, fold] = [text('folds'), text('fold')];
  if (folds === undefined && fold !== undefined)
    throw new UserError(
      `--fold ${fold} is one of --folds: say how many there are, such as --folds 5 --fold ${fold}.`,
    );
  if (folds === undefined) return undefined;
  if (text('valid') !== undefined)
    throw new UserError(
      '--valid does not fit beside --folds: each fold validates once. Leave one of the two out.',
    );
  if (fold === undefined && text('seeds') !== undefined && text('seeds') !== '1')
    throw new UserError(
      '--seeds and --folds do not go together: train the folds with one seed after the other, each by a command with --seed, or one fold with several seeds, with --fold.',
    );
  const of = wholeNumber('folds', folds, 2);
  return { of, at: fold === undefined ? 1 : wholeNumber('fold', fold, 1, of) };
}

/** The absolute path of pictures for a test. */
function testsOf(word: string): string {
  const path = existing(word);
  if (path !== undefined) return path;
  throw new UserError(
    `There is nothing at ${resolve(word)}: --test takes a folder of labeled pictures, a table (CSV), a Parquet file or a ZIP archive.`,
  );
}

/** The side of the network's input, and those at which pictures are seen before. @throws UserError for what is no list of them */
function sizesOf(
  text: (option: string) => string | undefined,
  size: number | undefined,
): Pick<AskedFolder, 'size' | 'sizes'> {
  const words = text('sizes');
  if (words === undefined) return { size };
  const all = words.split(',').map((word) => wholeNumber('sizes', word.trim(), 8, 1024));
  const [last, before] = [all.at(-1), all.slice(0, -1)];
  if (before.length === 0)
    throw new UserError(`--sizes ${words} is one size: give several, such as 128,224, or --size ${words}.`);
  if (size !== undefined && size !== last)
    throw new UserError(
      `--size ${size} beside --sizes ${words}: the last of the sizes is the network's. Leave --size out.`,
    );
  return { size: last, sizes: before };
}

/** Names of columns, with commas between them. */
function columnsOf(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new UserError(
    `--label takes the names of columns of a table, such as age or x,y; received ${JSON.stringify(text)}.`,
  );
}

function delimiterOf(text: string): string {
  if (text !== '') return text;
  throw new UserError(
    "--label-delimiter takes what is between the labels in a cell, such as '|' or ' '; received nothing.",
  );
}

/** @throws UserError for a gamma between 0 and 1, whose gradient is endless where an answer is certain. */
function focalOf(text: string): number {
  return Number(text) === 0 && text.trim() !== ''
    ? 0
    : realNumber('focal', text, { least: 1 }, '0, for none, or a gamma');
}

/** The teacher that is asked for, and how much it counts. */
function distillOf(text: (option: string) => string | undefined): AskedDistill | undefined {
  const word = text('distill');
  const temperature = given(text('distill-temperature'), (value) =>
    realNumber('distill-temperature', value, { above: 0 }, 'a number'),
  );
  const weight = given(text('distill-weight'), (value) =>
    realNumber('distill-weight', value, { above: 0, most: 1 }, 'a share'),
  );
  if (word !== undefined && word !== 'off')
    return { teacher: fileOrAddress('distill', word), temperature, weight };
  const alone = temperature === undefined ? (weight === undefined ? undefined : 'weight') : 'temperature';
  if (alone !== undefined)
    throw new UserError(`--distill-${alone} belongs to a teacher: name one by --distill, or leave it out.`);
  return word === undefined ? undefined : { teacher: word };
}

/** Any whole number. */
function seedOf(text: string): number {
  return text.startsWith('-') ? -wholeNumber('seed', text.slice(1), 1) : wholeNumber('seed', text, 0);
}

function cropOf(text: string): 'center' | 'stretch' {
  // As it was spelled once.
  return text === 'centre' ? 'center' : oneOf('--crop', ['center', 'stretch'], text);
}

function checkpointOf(from: string): 'best' | 'last' {
  if (from === 'best' || from === 'last') return from;
  throw new UserError(
    `With --resume, --from takes best or last; received ${JSON.stringify(from)}. Without --resume, it starts a new run from the weights of a checkpoint.`,
  );
}

/** Whether a word of `--from` is a model file. */
export function isModelFile(from: string): boolean {
  return from.endsWith('.onnx');
}

function subjectOf(
  word: string | undefined,
  from: string | undefined,
  resume: string | undefined,
): TrainingSubject {
  if (word === undefined)
    return from !== undefined && isModelFile(from) && resume === undefined
      ? { kind: 'model file', path: from }
      : { kind: 'none' };
  const path = pathOf(word);
  if (path === undefined) return { kind: 'recipe', name: word };
  return { kind: isModulePath(path) ? 'recipe file' : 'folder', path };
}

/** The folder, table or shard that a word names; undefined for the name of a recipe. @throws UserError if nothing is there. */
function pathOf(word: string): string | undefined {
  if (families.some(({ recipe }) => recipe.name === word)) return undefined;
  if (word.startsWith('file://')) return pathOf(fileURLToPath(word));
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(word))
    throw new UserError(
      `${word} is an address: fetch what is there first (and unpack it, where it is an archive), then name the folder.`,
    );
  const found = existing(word);
  if (found !== undefined || !/[/\\.~]/.test(word)) return found;
  throw new UserError(
    `There is nothing at ${resolve(word)}. Expected a folder of pictures, a table (CSV) of paths and labels, a Parquet file of both, a ZIP archive of such a folder, a recipe file (.ts, .js), or the name of a recipe: ${command('train')} lists them.`,
  );
}

/** The absolute path of what a word names, if it is there. */
function existing(word: string): string | undefined {
  // `npm run` starts in the checkout, whatever folder the user is in.
  const bases = [process.cwd(), process.env.INIT_CWD ?? process.cwd()];
  // A name that macOS or an archive wrote may store its accents in another way than the keyboard does.
  return bases
    .map((base) => resolve(base, word))
    .flatMap((path) => [path, path.normalize('NFC'), path.normalize('NFD')])
    .find((path) => existsSync(path));
}

/** The texts about a network from elsewhere, its file by an absolute path or its address on the Hub. */
function backboneTexts(args: RecipeArguments): Readonly<Record<string, string>> {
  const { backbone, ...texts } = textsOf(args, Object.keys(backboneOptions));
  if (backbone === undefined) return {};
  return { backbone: fileOrAddress('backbone', backbone), ...texts };
}

/** The absolute path of a file that an option names, or an address of the Hub. @throws UserError where it is neither. */
function fileOrAddress(option: string, word: string): string {
  if (isHubAddress(word)) {
    parseHubAddress(word);
    return word;
  }
  const path = existing(word);
  if (path !== undefined) return path;
  throw new UserError(
    `There is no file ${resolve(word)}. Expected an ONNX file for --${option}, or a model of the Hugging Face Hub, such as hf:owner/name.`,
  );
}

/** @throws UserError for an option that means nothing for what is named, or without another option. */
function checkMeaning(
  subject: TrainingSubject,
  args: RecipeArguments,
  chosen: Readonly<Record<string, string>>,
): void {
  const family = Object.keys(familyOptions);
  const ofFolder = [...Object.keys(folderOptions), ...Object.keys(backboneOptions)].filter(
    // Whatever has a part of its own that validates can train on all of it, and be tested after every epoch.
    (option) => option !== 'valid' || args.valid !== 'test',
  );
  if (subject.kind === 'recipe')
    refuse(
      args,
      ofFolder.filter((option) => !optionsOfFamily(subject).includes(option)),
      `the recipe ${subject.name} is no folder of pictures`,
    );
  if (subject.kind === 'recipe file') {
    refuse(args, ofFolder, `${subject.path} is a recipe, not a folder of pictures`);
    refuse(chosen, family, `the recipe in ${subject.path} has no options of its own`);
  }
  if (subject.kind === 'defined recipe') {
    refuse(args, ofFolder, `the recipe ${subject.recipe.name} says itself how its pictures are read`);
    refuse(chosen, family, `the recipe ${subject.recipe.name} has no options of its own`);
  }
  if (subject.kind === 'model file') {
    refuse(args, ofFolder, `${subject.path} is a model file, not a folder of pictures`);
    refuse(chosen, family, `the card of ${subject.path} has the whole recipe`);
  }
  if (subject.kind !== 'folder') return;
  refuse(chosen, family, `${subject.path} is a folder, not a recipe with options of its own`);
  const { backbone } = args;
  if (backbone === undefined) {
    refuse(args, Object.keys(backboneOptions), 'it says how a file is read that --backbone names');
    return;
  }
  refuse(args, ['architecture'], `--backbone ${backbone} is the network`);
  refuse(
    chosen,
    Object.keys(augmentOptions),
    'what a backbone from elsewhere makes of a picture is computed once, so pictures are not augmented',
  );
}

/** @throws UserError if one of `options` is given. */
function refuse(args: Readonly<Record<string, unknown>>, options: readonly string[], why: string): void {
  for (const option of options)
    if (args[option] !== undefined) throw new UserError(`--${option} has no meaning here: ${why}.`);
}
