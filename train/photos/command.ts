// `trainyard photos`: writes pictures of CIFAR-10 as files in class folders, to try folders of pictures with.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { imagesOf, loadDataset, type Split } from '../datasets/index.ts';

export const photosCommand = defineCommand({
  args: {
    folder: { type: 'positional', required: true, description: 'Folder to make' },
    classes: {
      type: 'string',
      valueHint: 'names',
      description: 'Names of classes with commas between them, or all',
      default: 'cat,dog',
    },
    each: {
      type: 'string',
      valueHint: 'number',
      description: 'Training pictures of each class',
      default: '180',
    },
    valid: {
      type: 'string',
      valueHint: 'number',
      description: 'Test pictures of each class: writes train/ and valid/ instead of class folders alone',
    },
  },
  async run({ args }) {
    const folder = resolve(process.env.INIT_CWD ?? '.', args.folder);
    const each = wholeNumber('each', args.each, 1);
    const valid = args.valid === undefined ? undefined : wholeNumber('valid', args.valid, 1);
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new UserError(`${folder} is not empty: name a folder that can be made.`);
    const { train, test, labels } = await loadDataset('cifar10');
    const classes = classesOf(args.classes, labels);
    const base = valid === undefined ? folder : join(folder, 'train');
    let count = await writePhotos(base, train, labels, classes, each);
    if (valid !== undefined) count += await writePhotos(join(folder, 'valid'), test, labels, classes, valid);
    console.log(`${count} pictures in ${folder}\nNext: npm run train ${args.folder}`);
  },
});

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
  const { default: sharp } = await import('sharp');
  let count = 0;
  for (const label of classes) {
    const own = join(folder, labels[label] ?? '');
    mkdirSync(own, { recursive: true });
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

function classesOf(text: string, labels: readonly string[]): number[] {
  if (text === 'all') return labels.map((_, i) => i);
  return text.split(',').map((name) => {
    const index = labels.indexOf(name);
    if (index >= 0) return index;
    const guess = nearest(name, labels);
    throw new UserError(
      `CIFAR-10 has no class ${JSON.stringify(name)}. ${guess ? `Did you mean ${guess}?` : `It has ${labels.join(', ')}.`}`,
    );
  });
}
