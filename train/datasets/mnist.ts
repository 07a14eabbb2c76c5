// MNIST: 70,000 handwritten digits of 28x28 grey pixels (LeCun, Cortes and Burges, 1998).
import { join } from 'node:path';
import { type Dataset, digest, type Shape, type Split } from './dataset.ts';
import { readIdx } from './idx.ts';

const shape: Shape = [28, 28, 1];

/**
 * Reads MNIST from the four canonical idx files in `folder`: white ink on black, labels 0 to 9.
 *
 * @throws UserError if a file is missing or damaged
 */
export async function loadMnist(folder: string): Promise<Dataset> {
  const [train, test] = await Promise.all([
    readSplit(folder, 'train', 60_000),
    readSplit(folder, 't10k', 10_000),
  ]);
  return {
    name: 'mnist',
    labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shape,
    train,
    test,
    digests: { train: digest(train), test: digest(test) },
  };
}

async function readSplit(folder: string, prefix: string, n: number): Promise<Split> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, `${prefix}-images-idx3-ubyte`), [n, 28, 28]),
    readIdx(join(folder, `${prefix}-labels-idx1-ubyte`), [n]),
  ]);
  return { images, labels, n };
}
