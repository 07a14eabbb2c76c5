// The batches that a recipe trains on.
import { type Dataset, type Split, sharedTargets, targetCount } from '../datasets/dataset.ts';
import type { BatchOptions } from '../loader/types.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { Registry } from '../recipes/registry.ts';

/**
 * @param dataset - the pictures, or features of them; where a teacher's answers are learned, they follow the targets.
 * @param registry - what `augment` can ask for.
 */
export function batchesOf(
  { batchSize, seed, augment, sampling, distill }: Recipe,
  { train, shape }: Pick<Dataset, 'train' | 'shape'>,
  { transforms }: Pick<Registry, 'transforms'>,
): BatchOptions {
  const split = distill === undefined ? train : taught(train);
  return { split, shape, batchSize, seed, augment, sampling, transforms };
}

/** `[N,K]` of a teacher's answers as targets, or `[N,2K]` of targets and answers. */
function taught(split: Split): Split {
  const { targets, teacher, n } = split;
  if (teacher === undefined) throw new Error('the data lack the answers of the teacher; see train/distill');
  if (targets === undefined) return { ...split, targets: teacher };
  const count = targetCount(split);
  const both = sharedTargets({ length: 2 * targets.length });
  for (let i = 0; i < n; i++) {
    both.set(targets.subarray(i * count, (i + 1) * count), 2 * i * count);
    both.set(teacher.subarray(i * count, (i + 1) * count), (2 * i + 1) * count);
  }
  return { ...split, targets: both };
}
