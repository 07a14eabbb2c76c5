// A user's recipe as one of ours: what it leaves out is filled in, by what its data are.
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import type { AugmentOptions } from '../augment/index.ts';
import { type Dataset, imageSize, imagesOf, isFolder, usualValidation } from '../datasets/index.ts';
import type { Progress } from '../progress.ts';
import { families } from '../recipes/families.ts';
import { loadPictures } from '../recipes/load-data.ts';
import { type Recipe, resolveRecipe } from '../recipes/recipe.ts';
import { kindOf } from './chosen.ts';
import { type DefinedRecipe, isPath, type OwnAugment } from './define-recipe.ts';
import { shownPath } from './find-module.ts';
import type { Project } from './load-module.ts';
import { ownError } from './own-error.ts';

/** What is trained where a recipe does not say, as a folder of pictures is from scratch; see recipes/networks.ts. */
const usual = {
  optimizer: { name: 'adamw', beta2: 0.99, weightDecay: 0.01 },
  schedule: { name: 'one-cycle', learningRate: 0.003 },
  labelSmoothing: 0,
  epochs: 10,
  seed: 1,
} as const;

const BATCH = 64;
const PREPARE = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
/** How the pictures of a folder are read. */
const FOLDER = { size: 64, valid: 0.2 };

/** The recipe called `name` of a project. @throws UserError when it has none of that name, with the nearest of all. */
export function recipeNamed({ recipes, module }: Project, name: string): DefinedRecipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found !== undefined) return found;
  const names = [...recipes, ...families.map(({ recipe }) => recipe)].map((recipe) => recipe.name);
  throw new UserError(
    `There is no recipe ${JSON.stringify(name)}, neither in ${shownPath(module.path)} nor of Trainyard. ${suggestion(name, names)}`,
  );
}

/** The only recipe of a file. @throws UserError where there are none or several. */
export function onlyRecipe({ recipes, module }: Project): DefinedRecipe {
  const [first, ...others] = recipes;
  if (first !== undefined && others.length === 0) return first;
  const file = shownPath(module.path);
  throw new UserError(
    first === undefined
      ? `${file} has no recipe: expected defineConfig({ recipes: [defineRecipe({ ... })] }).`
      : `${file} has ${recipes.length} recipes (${recipes.map(({ name }) => name).join(', ')}). Call the file trainyard.config.ts, and name one of them.`,
  );
}

/**
 * Loads the data of a recipe, and fills in what it leaves out. One without a module names what is built in alone, and paths
 * from the working folder on.
 * @throws UserError that names each field that is wrong, or what is wrong with the data
 */
export async function resolveOwn(
  own: DefinedRecipe,
  { module, registry }: Pick<Project, 'registry'> & { readonly module?: Project['module'] },
  progress: Progress = {},
): Promise<{ recipe: Recipe; pictures: Dataset }> {
  const base = module === undefined ? process.cwd() : dirname(module.path);
  const { name, dataset, architecture, augment, ...others } = own;
  const given = withoutUndefined(others);
  const source = typeof dataset === 'string' ? pathOf(dataset, base) : dataset.name;
  const about = {
    dataset: source,
    ...(given.images !== undefined && { images: given.images }),
    ...usualValidation(source, registry.datasets),
    ...(given.validation !== undefined && { validation: given.validation }),
    prepare: given.prepare ?? prepareFor(source),
    ...(isFolder(source) && { folder: given.folder ?? FOLDER }),
  };
  const pictures = await loadPictures({ ...given, ...about }, registry.datasets, progress);
  const written = {
    ...usual,
    batchSize: Math.min(BATCH, pictures.train.n),
    standardize: given.standardize ?? standardizationOf(pictures),
    description: `${pictures.labels.length} ${answersOf(pictures)} of ${pictures.name}, by ${architecture.name}`,
    ...(pictures.task && { task: pictures.task }),
    ...given,
    ...about,
    name,
    ...(module !== undefined && { module: { ...module } }),
    architecture,
    augment: augmentOf(augment),
  };
  try {
    return { recipe: resolveRecipe(plain(written), registry), pictures };
  } catch (error) {
    const file = module === undefined ? '' : `${shownPath(module.path)}, `;
    throw error instanceof UserError ? ownError(`${file}recipe ${name}`, error) : error;
  }
}

/** What the labels of data are, as they are counted. */
function answersOf({ task, labels }: Pick<Dataset, 'task' | 'labels'>): string {
  if (task === undefined) return 'classes';
  return `${task === 'multi' ? 'label' : 'number'}${labels.length === 1 ? '' : 's'}`;
}

/** What of a recipe is a user's own, with its article; undefined where all of it is built in. */
export function ownPartOf({
  dataset,
  architecture,
  optimizer,
  schedule,
  freeze,
  augment,
}: DefinedRecipe): string | undefined {
  if (typeof dataset !== 'string') return 'a data set';
  const parts = [architecture, optimizer, schedule, freeze?.schedule, augment].flat();
  const [kind] = parts.flatMap((part) => kindOf(part) ?? []);
  return kind && `${/^[ao]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** How pictures become inputs: as in our recipes of these data, such as the rule for digits. */
function prepareFor(dataset: string): NonNullable<DefinedRecipe['prepare']> {
  return families.find(({ recipe }) => recipe.dataset === dataset)?.recipe.prepare ?? PREPARE;
}

function pathOf(dataset: string, base: string): string {
  if (!isPath(dataset)) return dataset;
  return dataset.startsWith('~/') ? resolve(homedir(), dataset.slice(2)) : resolve(base, dataset);
}

/** All augmentations as fields of one object: one of a user's own has the field of its name. */
function augmentOf(augment: DefinedRecipe['augment']): AugmentOptions {
  const all: readonly OwnAugment[] = [augment ?? {}].flat();
  return Object.assign(
    {},
    ...all.map((each) => {
      if (kindOf(each) === undefined || !('name' in each)) return each;
      const { name, ...options } = each;
      return { [String(name)]: options };
    }),
  );
}

/** A field that is undefined is one that is left out, as `{ seed: process.env.SEED && 3 }` gives it. */
function withoutUndefined<T extends object>(value: T): T {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  // The same fields, without those that may be left out.
  return Object.fromEntries(entries) as T;
}

/**
 * As JSON would have it: without the definitions that lie behind names, and without fields that are undefined.
 * @throws UserError for what JSON has no text for: a bigint, an object within itself
 */
function plain(value: object): object {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw new UserError(`It has a value that JSON cannot have: ${messageOf(error)}`, { cause: error });
  }
}

/** Pictures whose mean stands for that of all: more would be read from a file for as good an answer. */
const MEASURED = 10_000;

/** A deviation for pictures that are all of one shade, where any would do. */
const FLAT = 0.25;

/** Mean and deviation of the pixels to train on, on a scale from 0 to 1, of each channel, to four digits. */
export function standardizationOf({ train, shape }: Pick<Dataset, 'train' | 'shape'>): {
  mean: number[];
  deviation: number[];
} {
  const [, , channels] = shape;
  const n = Math.min(MEASURED, train.n);
  const sums = Array.from({ length: channels }, () => ({ sum: 0, squares: 0 }));
  const count = (n * imageSize(train)) / channels;
  for (let index = 0; index < n; index++)
    for (const [i, byte] of imagesOf(train, index, index + 1).entries()) {
      const own = sums[i % channels];
      if (own === undefined) continue;
      own.sum += byte;
      own.squares += byte * byte;
    }
  const rounded = (value: number) => Math.round(value * 10_000) / 10_000;
  return {
    mean: sums.map(({ sum }) => rounded(sum / count / 255)),
    deviation: sums.map(
      ({ sum, squares }) => rounded(Math.sqrt(squares / count - (sum / count) ** 2) / 255) || FLAT,
    ),
  };
}
