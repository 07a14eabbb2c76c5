// Features of a data set, made once for each file and kept in the cache.
import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../models/canonical.ts';
import { makePath, withTemporaryFolder } from '../../setup/files/index.mjs';
import { cacheFolder } from '../../setup/paths.mjs';
import { type Dataset, featureShape, imagesOf, readBytes, type Split } from '../datasets/dataset.ts';
import { writeAll } from '../files/write-whole.ts';
import type { Standardize } from '../layers/forward.ts';
import type { Extractor } from '../loop/features.ts';
import { featuresOf } from './feature-graph.ts';
import { openExtractor, readBackbone } from './index.ts';
import type { Backbone } from './schema.ts';

/** Features beyond this stay in the cache's file, as a folder's pixels do. */
const MOST_MEMORY = 2 ** 30;

/** Pictures that go through a backbone at a time. */
const BATCH = 32;

/** Milliseconds between two messages about how far it is. */
const MESSAGE_EVERY = 5000;

/**
 * `dataset` with features in place of its images, which are kept as `pictures`. Digests are those of the pictures:
 * with the file's, which the recipe has, they say what the features are.
 * @throws UserError when the backbone's file is not there or has changed.
 */
export async function featureDataset(
  dataset: Dataset,
  backbone: Backbone,
  standardize: Standardize,
): Promise<Dataset> {
  const { shape, train, test } = dataset;
  const features = featuresOf(backbone.sizes);
  const size = features * Float32Array.BYTES_PER_ELEMENT;
  const { path: _, ...content } = backbone;
  const key = createHash('sha256')
    .update(canonicalJson({ content, standardize, shape, digests: dataset.digests }))
    .digest('hex');
  const folder = join(cacheFolder(), 'features');
  const path = join(folder, `${dataset.name}-${key.slice(0, 16)}`);
  if (statSync(path, { throwIfNoEntry: false })?.size !== (train.n + test.n) * size) {
    makePath(folder);
    const extractor = await openExtractor(backbone.path, readBackbone(backbone, standardize, shape), shape);
    try {
      await writeFeatures(dataset, extractor, folder, path);
    } finally {
      await extractor.close();
    }
  }
  const inMemory = (train.n + test.n) * size <= MOST_MEMORY;
  const splitOf = ({ images: _images, ...split }: Split, before: number): Split => {
    const file = { path, start: before * size, size };
    if (!inMemory) return { ...split, images: file };
    const images = new Uint8Array(new SharedArrayBuffer(split.n * size));
    readBytes(path, images, file.start);
    return { ...split, images };
  };
  return {
    ...dataset,
    shape: featureShape(features),
    train: splitOf(train, 0),
    test: splitOf(test, train.n),
    pictures: { shape, train, test },
  };
}

/** All features one after another, first those of training, in a file that appears when it is whole. */
async function writeFeatures(
  { name, train, test }: Dataset,
  { extract }: Extractor,
  folder: string,
  path: string,
): Promise<void> {
  const all = train.n + test.n;
  const began = performance.now();
  let last = began;
  await withTemporaryFolder(folder, async (temporary) => {
    const partial = join(temporary, 'features');
    const file = openSync(partial, 'wx');
    try {
      let done = 0;
      for (const split of [train, test])
        for (let from = 0; from < split.n; from += BATCH) {
          const to = Math.min(from + BATCH, split.n);
          const { buffer, byteOffset, byteLength } = await extract(imagesOf(split, from, to));
          writeAll(file, new Uint8Array(buffer, byteOffset, byteLength));
          done += to - from;
          const now = performance.now();
          if (now - last < MESSAGE_EVERY) continue;
          last = now;
          console.log(
            `  features of ${done} of ${all} pictures of ${name}, ${Math.round((now - began) / 1000)} s`,
          );
        }
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  });
}
