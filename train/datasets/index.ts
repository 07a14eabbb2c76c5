// The data sets that a recipe can name: one file and one line in this list for each. A folder is named by its path.
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { valid } from '../../models/validate.ts';
import { definitionOf } from '../definition.ts';
import { cifar10 } from './cifar10.ts';
import { drawnCircles } from './circles.ts';
import type { Dataset, MemoryDataset } from './dataset.ts';
import type { DatasetDefinition } from './definition.ts';
import { mnist } from './mnist.ts';
import { severalDigits } from './several-digits.ts';

export {
  type Dataset,
  imageSize,
  imagesOf,
  type Labels,
  type MemoryDataset,
  type Pictures,
  type Split,
  targetCount,
  withPictures,
} from './dataset.ts';
export { type DatasetDefinition, defineDataset } from './definition.ts';

export const datasets = [mnist, cifar10, drawnCircles, severalDigits] as const;

/** Whether a recipe's `dataset` is a folder, a table or a shard of pictures: then it is an absolute path. */
export function isFolder(dataset: string): boolean {
  return isAbsolute(dataset);
}

/**
 * Loads a data set by its name, for one with options: by those of the recipe's field of the same name.
 * @throws UserError if there is none of that name, its options are not valid, or it cannot be had
 */
export function loadDataset(name: string, options?: unknown): Promise<MemoryDataset>;
export function loadDataset(
  name: string,
  options: unknown,
  known: readonly DatasetDefinition[],
): Promise<Dataset>;
export async function loadDataset(
  name: string,
  options: unknown = {},
  known: readonly DatasetDefinition[] = datasets,
): Promise<Dataset> {
  const definition = definitionOf('data set', name, known);
  const schema = z.strictObject(definition.options ?? {});
  return definition.load(valid(schema, options, `The data set ${name} cannot be made like that`, 'options'));
}
