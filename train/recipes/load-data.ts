// The data that a recipe trains on: a data set by its name, or the pictures of a folder; of a backbone, their features.
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { featureDataset } from '../backbone/cache.ts';
import { loadFolder } from '../datasets/folder/index.ts';
import { type Dataset, type DatasetDefinition, isFolder, loadDataset } from '../datasets/index.ts';
import { firstImages } from '../datasets/subset.ts';
import { samePictures, withTeacher } from '../distill/answers.ts';
import { asDataError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { noteOnCode, registryOf } from '../project/registry-of.ts';
import type { Recipe } from './recipe.ts';

/** The fields of a recipe that decide what pictures it trains on; a data set's options are in the field of its name. */
export type PicturesOf = Pick<
  Recipe,
  'dataset' | 'images' | 'validation' | 'folder' | 'prepare' | 'module'
> & {
  readonly [field: string]: unknown;
};

/** The fields of a recipe that decide what data it trains on. */
export type DataOf = PicturesOf & Partial<Pick<Recipe, 'backbone' | 'standardize'>>;

/**
 * The data that a recipe trains on: its pictures, or where it has a backbone, the features of those.
 * @param known - The data sets that it can name; those of its module, or ours, if left out.
 * @throws DataError if there are none, or they cannot be read
 */
export async function loadDataOf(
  recipe: DataOf,
  known?: readonly DatasetDefinition[],
  progress: Progress = {},
): Promise<Dataset> {
  return withFeatures(await loadPictures(recipe, known, progress), recipe, progress);
}

/** The data that a recipe trains on, with what its teacher answers to them, where it has one. */
export async function loadTrainingData(
  recipe: DataOf & Pick<Recipe, 'distill'>,
  known?: readonly DatasetDefinition[],
  progress: Progress = {},
): Promise<Dataset> {
  return taught(await loadDataOf(recipe, known, progress), recipe, known, progress);
}

/** Data of a recipe with what its teacher answers to them, where it has one. */
export async function taught(
  dataset: Dataset,
  recipe: PicturesOf & Pick<Recipe, 'distill'>,
  known?: readonly DatasetDefinition[],
  progress: Progress = {},
): Promise<Dataset> {
  const { distill, folder } = recipe;
  if (distill === undefined) return dataset;
  const picturesFor = async (card: Card) => {
    const { shape, prepare } = card.input;
    const [side = 0, width = 0, channels] = shape;
    if (folder === undefined || side !== width) return samePictures(dataset, card);
    const { channels: _channels, ...rest } = folder;
    // The same files in the same order, as the teacher takes them.
    const own = { ...rest, size: side, ...(channels === 1 && { channels }) };
    return loadPictures({ ...recipe, folder: own, prepare }, known, progress);
  };
  return withTeacher(dataset, { distill, picturesFor }, progress);
}

/** The pictures: those of a data set, or of a folder, or the first of either. */
export async function loadPictures(
  recipe: PicturesOf,
  known?: readonly DatasetDefinition[],
  progress: Progress = {},
): Promise<Dataset> {
  const { dataset, images } = recipe;
  const lists = known ?? (await knownTo(recipe, progress));
  try {
    const whole = isFolder(dataset)
      ? await loadFolderOf(recipe, progress)
      : await loadDataset(dataset, recipe[dataset], lists, recipe.validation ?? 'test');
    return images === undefined ? whole : firstImages(whole, images);
  } catch (error) {
    throw asDataError(error);
  }
}

/** The data sets that a recipe can name; says so where its code is not that of today. */
async function knownTo(recipe: PicturesOf, { say }: Progress): Promise<readonly DatasetDefinition[]> {
  const note = await noteOnCode(recipe);
  if (note !== undefined) say?.(note);
  const { datasets } = await registryOf(recipe);
  return datasets;
}

/** Pictures with their features in their place, where the recipe has a backbone. */
export async function withFeatures(
  pictures: Dataset,
  { backbone, standardize }: Partial<Pick<Recipe, 'backbone' | 'standardize'>>,
  progress: Progress = {},
): Promise<Dataset> {
  return backbone && standardize ? featureDataset(pictures, backbone, standardize, progress) : pictures;
}

/** Milliseconds that preparing may take without a message. */
const SILENT = 2000;

/** Milliseconds between two messages about how far more of them are. */
const MESSAGE_EVERY = 5000;

async function loadFolderOf(
  { dataset, folder, prepare }: PicturesOf,
  { say, signal }: Progress,
): Promise<Dataset> {
  if (folder === undefined)
    throw new UserError(
      `The recipe of ${dataset} has no field folder: expected the size of its pictures, { "size": 224, "valid": 0.2 }.`,
    );
  const { size, valid, test = 'validates', tests, fold, channels = 3, ...reading } = folder;
  const began = performance.now();
  let last = 0;
  return loadFolder(dataset, {
    shape: [size, size, channels],
    rule: prepare,
    valid,
    test,
    ...{ tests, fold, reading },
    onProgress(done, all) {
      signal?.throwIfAborted();
      const now = performance.now();
      if (now - began < SILENT) return;
      if (last === 0) say?.(`Preparing ${all} files of ${dataset} at ${size}x${size}, once.`);
      else if (now - last < MESSAGE_EVERY) return;
      last = now;
      say?.(`  ${done} of ${all}, ${Math.round((now - began) / 1000)} s`);
    },
  });
}
