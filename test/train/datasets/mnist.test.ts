// MNIST as it is known: sizes, counts, moments, digests.
import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { datasetFolder } from '../../../setup/paths.mjs';
import { readIdxDataset } from '../../../train/datasets/idx-dataset.ts';
import { loadDataset, type MemoryDataset } from '../../../train/datasets/index.ts';
import { mnist as published } from '../../../train/datasets/mnist.ts';

let mnist: MemoryDataset;
beforeAll(async () => {
  await loadDataset('mnist');
  mnist = await readIdxDataset(published.files, datasetFolder('mnist'), 'test');
});

function countLabels(labels: Iterable<number>): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

describe('mnist', () => {
  it('has 60,000 and 10,000 images of 28x28 gray pixels in shared memory', () => {
    expect(mnist.name).toBe('mnist');
    expect(mnist.shape).toEqual([28, 28, 1]);
    expect(mnist.labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([mnist.train.n, mnist.validation.n]).toEqual([60_000, 10_000]);
    for (const { images, labels, n } of [mnist.train, mnist.validation]) {
      expect([images.length, labels.length]).toEqual([n * 28 * 28, n]);
      expect(images.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(labels.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('has as many of each digit as its authors', () => {
    expect(countLabels(mnist.train.labels)).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(countLabels(mnist.validation.labels)).toEqual([
      980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]);
    expect([...mnist.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  });

  it('has the mean and deviation that everyone standardizes with', () => {
    let sum = 0;
    let squares = 0;
    for (const value of mnist.train.images) {
      sum += value / 255;
      squares += (value / 255) ** 2;
    }
    const mean = sum / mnist.train.images.length;
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / mnist.train.images.length - mean ** 2)).toBeCloseTo(0.3081, 4);
  });

  it('digests each split', () => {
    expect(mnist.digests).toEqual({
      train: 'edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b',
      validation: 'c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b',
    });
  });

  describe('elsewhere', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'trainyard-mnist-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('is not found in an empty folder', async () => {
      await expect(readIdxDataset(published.files, folder)).rejects.toThrow(
        'is missing. Run `npm run setup` to fetch it.',
      );
    });

    it('is refused if one pixel differs', async () => {
      await cp(datasetFolder('mnist'), folder, { recursive: true });
      const file = await open(join(folder, 't10k-images-idx3-ubyte'), 'r+');
      await file.write(Uint8Array.of(1), 0, 1, 16);
      await file.close();
      await expect(readIdxDataset(published.files, folder)).rejects.toThrow(
        `MNIST in ${folder} is damaged: expected SHA-256 c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b of its test split`,
      );
    });
  });
});

describe('loadDataset', () => {
  it('answers a wrong name with the nearest right one', async () => {
    const error = await loadDataset('mnits').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toHaveProperty('message', 'There is no data set "mnits". Did you mean mnist?');
  });
});
