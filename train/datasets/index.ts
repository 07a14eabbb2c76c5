// The datasets by name.
import { isAbsolute } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { fetchDataset } from '../../setup/datasets.mjs';
import { SetupError } from '../../setup/errors.mjs';
import { datasetFolder } from '../../setup/paths.mjs';
import { featureDataset } from '../backbone/cache.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { loadCifar10 } from './cifar10.ts';
import { drawCircles } from './circles.ts';
import type { Dataset, MemoryDataset } from './dataset.ts';
import { loadFolder } from './folder/index.ts';
import { loadMnist } from './mnist.ts';
import { firstImages } from './subset.ts';

export {
  type Dataset,
  imageSize,
  imagesOf,
  type Labels,
  type MemoryDataset,
  type Pictures,
  type Shape,
  type Split,
  withPictures,
} from './dataset.ts';

/** Reads a dataset from the folder where set-up has left its files. */
type Load = (folder: string) => Promise<MemoryDataset>;

const loaders: ReadonlyMap<string, Load> = new Map([
  ['mnist', loadMnist],
  ['cifar10', loadCifar10],
]);

/** The names that `loadDataset` knows. */
export const datasetNames: readonly string[] = [...loaders.keys()];

/**
 * Loads a dataset from the cache into memory; one that is not there yet is fetched first.
 *
 * @throws UserError if there is no dataset of that name, it cannot be fetched, or its files are damaged
 */
export async function loadDataset(name: string): Promise<MemoryDataset> {
  const load = loaders.get(name);
  if (load === undefined) {
    const guess = nearest(name, datasetNames);
    const hint = guess === undefined ? '' : ` Did you mean '${guess}'?`;
    throw new UserError(`There is no dataset '${name}'; there are: ${datasetNames.join(', ')}.${hint}`);
  }
  await fetch(name);
  return load(datasetFolder(name));
}

/** The fields of a recipe that decide what data it trains on. */
export type DataChoice = Pick<Recipe, 'dataset' | 'images' | 'folder' | 'circles' | 'prepare'> &
  Partial<Pick<Recipe, 'backbone' | 'standardize'>>;

/**
 * The data that a recipe trains on: a dataset by its name, the pictures of a folder, or the first images of either;
 * where it has a backbone, the features of those.
 * @throws UserError if there are none, or they cannot be read
 */
export async function loadDataOf(choice: DataChoice): Promise<Dataset> {
  const whole = await loadWhole(choice);
  const { images, backbone, standardize } = choice;
  const chosen = images === undefined ? whole : firstImages(whole, images, whole.test.n);
  return backbone && standardize ? featureDataset(chosen, backbone, standardize) : chosen;
}

async function loadWhole(choice: DataChoice): Promise<Dataset> {
  if (isFolder(choice.dataset)) return loadPictures(choice);
  return choice.circles === undefined ? loadDataset(choice.dataset) : drawCircles(choice.circles);
}

/** Whether a recipe's dataset is a folder or a table of pictures: then it is an absolute path. */
export function isFolder(dataset: string): boolean {
  return isAbsolute(dataset);
}

/** Files that are prepared without a word. */
const SILENT = 200;

/** Milliseconds between two words about more. */
const TOLD_EVERY = 5000;

async function loadPictures({ dataset, folder, prepare }: DataChoice): Promise<Dataset> {
  if (folder === undefined)
    throw new Error(`the recipe of ${dataset} does not say how large its pictures are`);
  const { size, valid, channels = 3 } = folder;
  const began = performance.now();
  let told = began;
  return loadFolder(dataset, {
    shape: [size, size, channels],
    rule: prepare,
    valid,
    onProgress(done, all) {
      if (all < SILENT) return;
      const now = performance.now();
      if (done === 1) console.log(`Preparing ${all} files of ${dataset} at ${size}x${size}, once.`);
      if (now - told < TOLD_EVERY) return;
      told = now;
      console.log(`  ${done} of ${all}, ${Math.round((now - began) / 1000)} s`);
    },
  });
}

async function fetch(name: string): Promise<void> {
  try {
    await fetchDataset(name);
  } catch (error) {
    throw error instanceof SetupError ? new UserError(error.message, { cause: error }) : error;
  }
}
