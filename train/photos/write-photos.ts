// Writes pictures of a data set as files in a folder for each class.
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { loadSharp } from '../../models/image/decode/sharp.ts';
import { suggestion } from '../../models/nearest.ts';
import { makePath } from '../../setup/files/index.mjs';
import { cifar10 } from '../datasets/cifar10.ts';
import { imagesOf, loadDataset, type Split } from '../datasets/index.ts';

export interface PhotosOptions {
  /** Names with commas between them, or `all`. */
  readonly classes: string;
  /** Training pictures of each class. */
  readonly each: number;
  /** Test pictures of each class, in a folder of their own. */
  readonly valid?: number | undefined;
}

/**
 * Writes pictures of CIFAR-10.
 * @returns How many.
 * @throws UserError for a class that CIFAR-10 does not have
 */
export async function writeCifarPhotos(
  folder: string,
  { classes: names, each, valid }: PhotosOptions,
): Promise<number> {
  const classes = classesOf(names, cifar10.files.labels);
  // All pictures as they were published, so that files have the numbers that they have there.
  const { train, validation: test, labels } = await loadDataset('cifar10', {}, [cifar10], 'test');
  if (valid === undefined) return writePhotos(folder, train, labels, classes, each);
  return (
    (await writePhotos(join(folder, 'train'), train, labels, classes, each)) +
    (await writePhotos(join(folder, 'valid'), test, labels, classes, valid))
  );
}

/**
 * Writes the first `each` pictures of each class as `<folder>/<class>/<place in the split>.png`.
 * @returns How many.
 */
export async function writePhotos(
  folder: string,
  split: Split,
  labels: readonly string[],
  classes: readonly number[],
  each: number,
): Promise<number> {
  const sharp = await loadSharp();
  let count = 0;
  for (const label of classes) {
    const own = join(folder, labels[label] ?? '');
    makePath(own);
    let left = each;
    for (let i = 0; i < split.n && left > 0; i++) {
      if (split.labels[i] !== label) continue;
      left--;
      count++;
      const pixels = Buffer.from(imagesOf(split, i, i + 1));
      await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).toFile(
        join(own, `${String(i).padStart(5, '0')}.png`),
      );
    }
  }
  return count;
}

/** Labels of the classes that are named, or of all. @throws UserError for a class that is not there */
function classesOf(text: string, labels: readonly string[]): number[] {
  if (text === 'all') return labels.map((_, i) => i);
  const names = new Set(text.split(',').map((name) => name.trim()));
  return [...names].map((name) => {
    const index = labels.indexOf(name);
    if (index >= 0) return index;
    throw new UserError(`CIFAR-10 has no class ${JSON.stringify(name)}. ${suggestion(name, labels)}`);
  });
}
