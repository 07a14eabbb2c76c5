// CIFAR-10 as it is known: sizes, counts, order and moments.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { datasetFolder } from '../../../setup/paths.mjs';
import { cifar10 } from '../../../train/datasets/cifar10.ts';
import { readIdxDataset } from '../../../train/datasets/idx-dataset.ts';
import { loadDataset, type MemoryDataset } from '../../../train/datasets/index.ts';

// 139 MB are fetched on a machine that has never trained on it.
const FETCH = 300_000;

let cifar: MemoryDataset;
beforeAll(async () => {
  await loadDataset('cifar10');
  cifar = await readIdxDataset(cifar10.files, datasetFolder('cifar10'), 'test');
}, FETCH);

describe('cifar10', () => {
  it('has 50,000 and 10,000 images of 32x32 RGB pixels in shared memory', () => {
    expect(cifar.shape).toEqual([32, 32, 3]);
    expect([cifar.train.n, cifar.validation.n]).toEqual([50_000, 10_000]);
    for (const { images, labels, n } of [cifar.train, cifar.validation]) {
      expect([images.length, labels.length]).toEqual([n * 32 * 32 * 3, n]);
      expect(images.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('has every class equally often, in the order of its authors', () => {
    for (const [{ labels }, count] of [
      [cifar.train, 5000],
      [cifar.validation, 1000],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
      expect(counts).toEqual(new Array(10).fill(count));
    }
    // A frog, two trucks, a deer, two cars; a cat, two ships, a plane.
    expect([...cifar.train.labels.subarray(0, 6)].map((label) => cifar.labels[label])).toEqual([
      'frog',
      'truck',
      'truck',
      'deer',
      'automobile',
      'automobile',
    ]);
    expect([...cifar.validation.labels.subarray(0, 4)].map((label) => cifar.labels[label])).toEqual([
      'cat',
      'ship',
      'ship',
      'airplane',
    ]);
  });

  it('has the means and deviations that everyone standardizes with', () => {
    const { images } = cifar.train;
    const [sums, squares] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (let i = 0; i < images.length; i++) {
      const value = (images[i] ?? 0) / 255;
      sums[i % 3] = (sums[i % 3] ?? 0) + value;
      squares[i % 3] = (squares[i % 3] ?? 0) + value * value;
    }
    const count = images.length / 3;
    const means = sums.map((sum) => sum / count);
    const deviations = squares.map((sum, i) => Math.sqrt(sum / count - (means[i] ?? 0) ** 2));
    expect(means.map((mean) => mean.toFixed(4))).toEqual(['0.4914', '0.4822', '0.4465']);
    expect(deviations.map((deviation) => deviation.toFixed(4))).toEqual(['0.2470', '0.2435', '0.2616']);
  });

  it('refuses files whose bytes are others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cifar10-'));
    try {
      await cp(datasetFolder('cifar10'), folder, { recursive: true });
      expect(existsSync(join(folder, 'test-images'))).toBe(true);
      const file = await open(join(folder, 'test-images'), 'r+');
      await file.write(Buffer.from([1, 2, 3]), 0, 3, 5000);
      await file.close();
      await expect(readIdxDataset(cifar10.files, folder)).rejects.toThrow(
        /damaged: expected SHA-256 .* of its test split/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
