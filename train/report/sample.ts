// The sample of a report: what the first batch shows, as training gets it and as it is in the data.
import { isAugmented } from '../augment/index.ts';
import { type Dataset, targetCount, withPictures } from '../datasets/dataset.ts';
import { createBatches, createSlot, type Slot } from '../loader/batches.ts';
import { registryOf } from '../project/registry-of.ts';
import type { Recipe } from '../recipes/index.ts';
import { targetsInWords } from '../tasks/target-words.ts';
import { type Sheet, sheetOf } from './pictures.ts';

/** The first pictures of the first step as training gets them, and as they are in the data. */
export interface Sample {
  labels: readonly string[];
  names: readonly string[];
  augmented: Sheet;
  /** Absent where nothing is augmented. */
  plain: Sheet | undefined;
}

const SAMPLE = 32;

/** The sample of a training by `recipe`. */
export async function sampleOf(recipe: Recipe, dataset: Dataset): Promise<Sample> {
  const { transforms } = await registryOf(recipe);
  const { train: split, shape } = withPictures(dataset);
  const { batchSize, seed, augment } = recipe;
  const count = Math.min(SAMPLE, batchSize, split.n);
  const size = shape[0] * shape[1] * shape[2];
  const targets = targetCount(split);
  const batchOf = (options: Recipe['augment']) => {
    const slot = createSlot(count, size, targets);
    // A smaller batch is the beginning of a larger one.
    createBatches({ split, shape, batchSize: count, seed, augment: options, transforms })(0, slot);
    return slot;
  };
  const sheet = ({ images }: { images: Uint8Array }) =>
    sheetOf(
      Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size)),
      shape,
      8,
    );
  const seen = batchOf(augment);
  return {
    labels: dataset.labels,
    names: Array.from(seen.labels, (label, row) =>
      dataset.task === undefined
        ? mixedName(dataset.labels, label, seen, row)
        : targetsInWords(dataset, seen.targets.subarray(row * targets, (row + 1) * targets)),
    ),
    augmented: await sheet(seen),
    plain: isAugmented(augment) ? await sheet(batchOf({})) : undefined,
  };
}

/** `cat`, or `cat 70 %, dog 30 %` of a mixed picture. */
function mixedName(labels: readonly string[], label: number, { others, shares }: Slot, row: number): string {
  const name = (each: number | undefined) => labels[each ?? 0] ?? String(each);
  const share = Math.round(100 * (shares[row] ?? 1));
  return share === 100 ? name(label) : `${name(label)} ${share} %, ${name(others[row])} ${100 - share} %`;
}
