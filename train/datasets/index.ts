// The datasets by name.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { datasetFolder } from '../../setup/paths.mjs';
import type { Dataset } from './dataset.ts';
import { loadMnist } from './mnist.ts';

export type { Dataset, Shape, Split } from './dataset.ts';

/** Reads a dataset from the folder where set-up has left its files. */
type Load = (folder: string) => Promise<Dataset>;

const loaders: ReadonlyMap<string, Load> = new Map([['mnist', loadMnist]]);

/** The names that `loadDataset` knows. */
export const datasetNames: readonly string[] = [...loaders.keys()];

/**
 * Loads a dataset from the cache into memory.
 *
 * @throws UserError if there is no dataset of that name, or its files are missing or damaged
 */
export async function loadDataset(name: string): Promise<Dataset> {
  const load = loaders.get(name);
  if (load === undefined) {
    const guess = nearest(name, datasetNames);
    const hint = guess === undefined ? '' : ` Did you mean '${guess}'?`;
    throw new UserError(`There is no dataset '${name}'; there are: ${datasetNames.join(', ')}.${hint}`);
  }
  return load(datasetFolder(name));
}
