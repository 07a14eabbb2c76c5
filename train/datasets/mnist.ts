// MNIST: 70,000 handwritten digits of 28x28 gray pixels (LeCun, Cortes and Burges, 1998).
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { digest, type MemoryDataset, type MemorySplit, type Shape } from './dataset.ts';
import { readIdx } from './idx.ts';

const shape: Shape = [28, 28, 1];

/** `digest` of either split as it was published. */
const published = {
  train: 'edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b',
  test: 'c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b',
};

/**
 * Reads MNIST from the four canonical idx files in `folder`: white ink on black, labels 0 to 9.
 *
 * @throws UserError if a file is missing or damaged
 */
export async function loadMnist(folder: string): Promise<MemoryDataset> {
  const [train, test] = await Promise.all([
    readSplit(folder, 'train', 60_000),
    readSplit(folder, 't10k', 10_000),
  ]);
  const digests = { train: digest(train), test: digest(test) };
  for (const split of ['train', 'test'] as const) {
    if (digests[split] === published[split]) continue;
    throw new UserError(
      `MNIST in ${folder} is damaged: expected SHA-256 ${published[split]} of its ${split} split, ` +
        `received ${digests[split]}. Delete the folder and run \`npm run setup\`.`,
    );
  }
  return {
    name: 'mnist',
    labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shape,
    train,
    test,
    digests,
  };
}

async function readSplit(folder: string, prefix: string, n: number): Promise<MemorySplit> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, `${prefix}-images-idx3-ubyte`), [n, 28, 28]),
    readIdx(join(folder, `${prefix}-labels-idx1-ubyte`), [n]),
  ]);
  return { images, labels, n };
}
