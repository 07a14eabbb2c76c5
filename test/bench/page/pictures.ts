// Test pictures and labels of the data sets, from the idx files in the cache.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture } from '../../../models/image/picture.ts';
import { datasetFolder } from '../../../setup/paths.mjs';

export interface TestSet {
  readonly pictures: readonly Picture[];
  readonly labels: readonly number[];
}

/** `n` pictures, beginning with the picture `from`. */
export function mnistTest(n: number, from = 0): TestSet {
  return read('mnist', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte', n, from, 28, 1);
}

export function cifarTest(n: number): TestSet {
  return read('cifar10', 'test-images', 'test-labels', n, 0, 32, 3);
}

function read(
  name: string,
  imageFile: string,
  labelFile: string,
  n: number,
  from: number,
  side: number,
  channels: 1 | 3,
): TestSet {
  const folder = datasetFolder(name);
  const images = readFileSync(join(folder, imageFile)).subarray(channels === 1 ? 16 : 20);
  const labels = [...readFileSync(join(folder, labelFile)).subarray(8 + from, 8 + from + n)];
  const size = side * side * channels;
  const pictures = labels.map((_, i): Picture => {
    const data = new Uint8Array(images.subarray((from + i) * size, (from + i + 1) * size));
    return { data, width: side, height: side, channels };
  });
  return { pictures, labels };
}
