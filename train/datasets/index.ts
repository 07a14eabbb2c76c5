// The datasets by name.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { fetchDataset } from '../../setup/datasets.mjs';
import { SetupError } from '../../setup/errors.mjs';
import { datasetFolder } from '../../setup/paths.mjs';
import { loadCifar10 } from './cifar10.ts';
import type { Dataset } from './dataset.ts';
import { loadMnist } from './mnist.ts';
import { firstImages } from './subset.ts';

export type { Dataset, Shape, Split } from './dataset.ts';

/** Reads a dataset from the folder where set-up has left its files. */
type Load = (folder: string) => Promise<Dataset>;

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
export async function loadDataset(name: string): Promise<Dataset> {
  const load = loaders.get(name);
  if (load === undefined) {
    const guess = nearest(name, datasetNames);
    const hint = guess === undefined ? '' : ` Did you mean '${guess}'?`;
    throw new UserError(`There is no dataset '${name}'; there are: ${datasetNames.join(', ')}.${hint}`);
  }
  await fetch(name);
  return load(datasetFolder(name));
}

/** The data that a recipe trains on: its dataset, or the first images of it. */
export async function loadDataOf({
  dataset,
  images,
}: {
  dataset: string;
  images?: number;
}): Promise<Dataset> {
  const whole = await loadDataset(dataset);
  return images === undefined ? whole : firstImages(whole, images, whole.test.n);
}

async function fetch(name: string): Promise<void> {
  try {
    await fetchDataset(name);
  } catch (error) {
    throw error instanceof SetupError ? new UserError(error.message, { cause: error }) : error;
  }
}
