// Features of a data set, made once for each file and kept in the cache.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalJson } from '../../models/canonical.ts';
import { cacheFolder } from '../../setup/paths.mjs';
import { type Dataset, featureShape, imagesOf, readBytes, type Split } from '../datasets/dataset.ts';
import { withUnfinished } from '../files/unfinished.ts';
import { writeAll, writeWhole } from '../files/write-whole.ts';
import type { Standardize } from '../layers/forward.ts';
import type { Extractor } from '../loop/features.ts';
import type { Progress } from '../progress.ts';
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
  progress: Progress = {},
): Promise<Dataset> {
  const { shape, train, validation, test } = dataset;
  const all = picturesIn(dataset);
  const features = featuresOf(backbone.sizes);
  const size = features * Float32Array.BYTES_PER_ELEMENT;
  // Wherever it is, the same bytes make the same features.
  const { path: _path, source: _source, ...content } = backbone;
  const key = createHash('sha256')
    .update(canonicalJson({ content, standardize, shape, digests: dataset.digests }))
    .digest('hex');
  const folder = join(cacheFolder(), 'features');
  const path = join(folder, `${dataset.name}-${key.slice(0, 16)}`);
  if (statSync(path, { throwIfNoEntry: false })?.size !== all * size) {
    const extractor = await openExtractor(
      backbone.path,
      await readBackbone(backbone, standardize, shape, progress),
      shape,
    );
    try {
      await writeFeatures(dataset, extractor, size, folder, path, progress);
    } finally {
      await extractor.close();
    }
  }
  const inMemory = all * size <= MOST_MEMORY;
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
    validation: splitOf(validation, train.n),
    ...(test && { test: splitOf(test, train.n + validation.n) }),
    pictures: { shape, train, validation, ...(test && { test }) },
  };
}

/** The parts of a data set in the order in which their features are written. */
function partsOf({ train, validation, test }: Dataset): Split[] {
  return [train, validation, ...(test ? [test] : [])];
}

function picturesIn(dataset: Dataset): number {
  return partsOf(dataset).reduce((sum, { n }) => sum + n, 0);
}

/**
 * All features one after another, first those of training, then of validation and the test, in a file that appears when it is whole.
 * @param size - Bytes of a picture's features.
 */
export async function writeFeatures(
  dataset: Dataset,
  { extract }: Extractor,
  size: number,
  folder: string,
  path: string,
  { say, signal }: Progress,
): Promise<void> {
  const { name } = dataset;
  const all = picturesIn(dataset);
  const began = performance.now();
  let last = began;
  await withUnfinished(folder, basename(path), async (temporary) => {
    const [partial, mark] = [join(temporary, 'features'), join(temporary, 'done')];
    // Up to there an interrupted one has written, and flushed: whole batches, so that the rest is what it would have been.
    const before = existsSync(mark) ? Number(readFileSync(mark, 'utf8')) : 0;
    const file = openSync(partial, constants.O_RDWR | constants.O_CREAT);
    try {
      ftruncateSync(file, before);
      let [done, written] = [0, 0];
      for (const split of partsOf(dataset))
        for (let from = 0; from < split.n; from += BATCH) {
          signal?.throwIfAborted();
          const to = Math.min(from + BATCH, split.n);
          const bytes = (to - from) * size;
          if (written + bytes <= before) {
            [done, written] = [done + to - from, written + bytes];
            continue;
          }
          const { buffer, byteOffset, byteLength } = await extract(imagesOf(split, from, to));
          writeAll(file, partial, new Uint8Array(buffer, byteOffset, byteLength), written);
          [done, written] = [done + to - from, written + bytes];
          const now = performance.now();
          if (now - last < MESSAGE_EVERY) continue;
          last = now;
          fsyncSync(file);
          writeWhole(mark, String(written));
          say?.(`  features of ${done} of ${all} pictures of ${name}, ${Math.round((now - began) / 1000)} s`);
        }
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  });
}
