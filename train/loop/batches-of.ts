// The batches that a recipe trains on.
import type { Dataset } from '../datasets/dataset.ts';
import type { BatchOptions } from '../loader/types.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { Registry } from '../recipes/registry.ts';

/**
 * @param dataset - the pictures, or features of them.
 * @param registry - what `augment` can ask for.
 */
export function batchesOf(
  { batchSize, seed, augment, sampling }: Recipe,
  { train, shape }: Pick<Dataset, 'train' | 'shape'>,
  { transforms }: Pick<Registry, 'transforms'>,
): BatchOptions {
  return { split: train, shape, batchSize, seed, augment, sampling, transforms };
}
