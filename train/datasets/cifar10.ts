// CIFAR-10: 60,000 photographs of 32x32 pixels in ten classes (Krizhevsky, "Learning Multiple Layers of Features", 2009).
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { digest, type MemoryDataset, type MemorySplit, type Shape } from './dataset.ts';
import { readIdx } from './idx.ts';

const shape: Shape = [32, 32, 3];

/** `digest` of either split as the files of set-up hold it. */
const published = {
  train: 'f912919bdea371136f1aa4feed6beeca728015a5f08b1899a29c932a7e30be2b',
  test: '8193b3fbce55bec361cd1b8fd4880cb1649832dc4d6de6da1e7a21847a4843aa',
};

/**
 * Reads CIFAR-10 from the idx files that set-up makes: RGB, in the order in which it was published.
 *
 * @throws UserError if a file is missing or damaged
 */
export async function loadCifar10(folder: string): Promise<MemoryDataset> {
  const [train, test] = await Promise.all([
    readSplit(folder, 'train', 50_000),
    readSplit(folder, 'test', 10_000),
  ]);
  const digests = { train: digest(train), test: digest(test) };
  for (const split of ['train', 'test'] as const) {
    if (digests[split] === published[split]) continue;
    throw new UserError(
      `CIFAR-10 in ${folder} is damaged: expected SHA-256 ${published[split]} of its ${split} split, ` +
        `received ${digests[split]}. Delete the folder and train again, which fetches it anew.`,
    );
  }
  return {
    name: 'cifar10',
    labels: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    shape,
    train,
    test,
    digests,
  };
}

async function readSplit(folder: string, prefix: string, n: number): Promise<MemorySplit> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, `${prefix}-images`), [n, 32, 32, 3]),
    readIdx(join(folder, `${prefix}-labels`), [n]),
  ]);
  return { images, labels, n };
}
