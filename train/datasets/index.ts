// The data sets that a recipe can name: one file and one line in this list for each. A folder is named by its path.
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { valid } from '../../models/validate.ts';
import { definitionOf } from '../definition.ts';
import { cifar10 } from './cifar10.ts';
import { drawnCircles } from './circles.ts';
import type { Dataset, MemoryDataset, MemorySplit } from './dataset.ts';
import type { DatasetDefinition } from './definition.ts';
import type { Validation } from './hold-out.ts';
import { mnist } from './mnist.ts';
import { severalDigits } from './several-digits.ts';

export {
  type Dataset,
  imageSize,
  imagesOf,
  judgedBy,
  type Labels,
  type MemoryDataset,
  type Pictures,
  type Split,
  targetCount,
  withPictures,
} from './dataset.ts';
export { type DatasetDefinition, defineDataset } from './definition.ts';
export type { Validation } from './hold-out.ts';

export const datasets = [mnist, cifar10, drawnCircles, severalDigits] as const;

/** Whether a recipe's `dataset` is a folder, a table or a shard of pictures: then it is an absolute path. */
export function isFolder(dataset: string): boolean {
  return isAbsolute(dataset);
}

/** The field of a recipe that says how many images of a data set validate, where the data set leaves that to it. */
export function usualValidation(
  name: string,
  known: readonly DatasetDefinition[] = datasets,
): { validation?: number } {
  const validation = known.find((each) => each.name === name)?.validation;
  return validation === undefined ? {} : { validation };
}

/**
 * Loads a data set by its name, for one with options: by those of the recipe's field of the same name.
 * @param validation - How many images validate; as the data set has it if left out.
 * @throws UserError if there is none of that name, its options are not valid, or it cannot be had
 */
export function loadDataset(
  name: string,
  options?: unknown,
): Promise<MemoryDataset & { readonly test: MemorySplit }>;
export function loadDataset(
  name: string,
  options: unknown,
  known: readonly DatasetDefinition[],
  validation?: Validation,
): Promise<Dataset>;
export async function loadDataset(
  name: string,
  options: unknown = {},
  known: readonly DatasetDefinition[] = datasets,
  validation?: Validation,
): Promise<Dataset> {
  const definition = definitionOf('data set', name, known);
  const schema = z.strictObject(definition.options ?? {});
  const whole = valid(schema, options, `The data set ${name} cannot be made like that`, 'options');
  if (typeof validation === 'number' && definition.validation === undefined)
    throw new UserError(
      `The data set ${name} says itself which pictures validate: leave out validation ${validation}.`,
    );
  return definition.load(whole, validation ?? definition.validation ?? 'test');
}
