// A data set that is published as idx files of images and labels, whose bytes are known: MNIST, CIFAR-10.
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { fetchDataset } from '../../setup/data/datasets.mjs';
import { SetupError } from '../../setup/errors.mjs';
import { datasetFolder } from '../../setup/paths.mjs';
import type { OptionSchemas } from '../definition.ts';
import { digest, type MemoryDataset, type MemorySplit } from './dataset.ts';
import { type DatasetDefinition, defineDataset } from './definition.ts';
import { holdOut, type Validation } from './hold-out.ts';
import { readIdx } from './idx.ts';

/** One split: its two files, and what is in them. */
interface IdxSplit {
  readonly images: string;
  readonly labels: string;
  readonly n: number;
  /** `digest` of the split as it was published. */
  readonly sha256: string;
}

export interface IdxDataset {
  /** What a recipe calls it, and set-up. */
  readonly name: string;
  /** For messages. */
  readonly title: string;
  readonly labels: readonly string[];
  readonly shape: Shape;
  readonly train: IdxSplit;
  readonly test: IdxSplit;
  /** How many of the training images validate where nothing else is said. */
  readonly validation: number;
}

/** Defines a data set whose files set-up fetches into the cache by its name. */
export function defineIdxDataset<const Name extends string>(
  files: IdxDataset & { readonly name: Name },
): DatasetDefinition<Name, OptionSchemas, MemoryDataset> & { readonly files: IdxDataset } {
  const definition = defineDataset({
    name: files.name,
    validation: files.validation,
    async load(_options, validation) {
      await fetch(files.name);
      return readIdxDataset(files, datasetFolder(files.name), validation);
    },
  });
  return { ...definition, files };
}

/**
 * Reads the idx files in `folder`, in the order in which they were published.
 * @param validation - How many of the training images validate; or the test images do, and there is no other test.
 * @throws UserError if a file is missing or damaged
 */
export async function readIdxDataset(
  files: IdxDataset,
  folder: string,
  validation: Validation = files.validation,
): Promise<MemoryDataset> {
  const { name, title, labels, shape } = files;
  const [published, test] = await Promise.all([
    readSplit(folder, files.train, shape),
    readSplit(folder, files.test, shape),
  ]);
  const digests = { train: digest(published), test: digest(test) };
  for (const split of ['train', 'test'] as const) {
    if (digests[split] === files[split].sha256) continue;
    throw new UserError(
      `${title} in ${folder} is damaged: expected SHA-256 ${files[split].sha256} of its ${split} split, ` +
        `received ${digests[split]}. Delete the folder and train again, which fetches it anew.`,
    );
  }
  const about = { name, labels, shape };
  if (validation === 'test') {
    const own = { train: digests.train, validation: digests.test };
    return { ...about, train: published, validation: test, digests: own };
  }
  const parts = holdOut(title, published, validation);
  const own = { train: digest(parts.train), validation: digest(parts.validation), test: digests.test };
  return { ...about, ...parts, test, digests: own };
}

async function readSplit(
  folder: string,
  { images, labels, n }: IdxSplit,
  [height, width, channels]: Shape,
): Promise<MemorySplit> {
  // Files of gray images have no axis for channels.
  const dimensions = channels === 1 ? [n, height, width] : [n, height, width, channels];
  const [pixels, classes] = await Promise.all([
    readIdx(join(folder, images), dimensions),
    readIdx(join(folder, labels), [n]),
  ]);
  return { images: pixels, labels: classes, n };
}

async function fetch(name: string): Promise<void> {
  try {
    await fetchDataset(name);
  } catch (error) {
    throw error instanceof SetupError ? new UserError(error.message, { cause: error }) : error;
  }
}
