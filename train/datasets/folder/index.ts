// A folder of pictures as a dataset: prepared once into a cache, of which only what changes is made again.
import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalJson } from '../../../models/canonical.ts';
import { UserError } from '../../../models/errors.ts';
import type { Prepare } from '../../../models/image/prepare.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { cacheFolder } from '../../../setup/paths.mjs';
import { withUnfinished } from '../../files/unfinished.ts';
import { type Dataset, digest, readBytes, type Split, sharedLabels, sharedTargets } from '../dataset.ts';
import { arrange } from './arrange.ts';
import type { Fold } from './choose-sides.ts';
import { findPictures } from './find.ts';
import { grouped } from './groups.ts';
import { type Entry, FORMAT, type FolderIndex, readIndex, writeIndex } from './index-file.ts';
import type { ListedPictures } from './listing.ts';
import { type ReadOptions, readFiles } from './read-files.ts';
import { findShards } from './shards/index.ts';
import type { TestFolder } from './sides.ts';
import { filesUnder } from './source.ts';
import type { TableReading } from './table/learned.ts';
import { targetsOf } from './targets.ts';
import { checkThere } from './there.ts';
import { withTest } from './with-test.ts';
import { isZip, unpackedZip } from './zip.ts';

export interface FolderOptions {
  /** What a person says of a table's labels. */
  readonly reading?: TableReading | undefined;
  /** What every picture becomes. */
  readonly shape: Shape;
  readonly rule: Prepare;
  /** Share of each class that is kept for validation where the folder does not say. */
  readonly valid: number;
  /** The fold that validates, in place of a share. */
  readonly fold?: Fold | undefined;
  /** What becomes of a test folder where nothing is for validation; it is kept as the test if left out. */
  readonly test?: TestFolder | undefined;
  /** Where the pictures of the test are, if elsewhere: a folder, a table, a shard or an archive. */
  readonly tests?: string | undefined;
  /** Bytes of pixels that are held in memory; more stay in the cache's file. */
  readonly mostMemory?: number;
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Pixels beyond this stay in the cache's file and are read picture by picture, which the system's own cache of files
 * makes nearly as fast; what is in memory then is a byte or two for each picture and its name.
 */
const MOST_MEMORY = 2 ** 30;

/**
 * Loads the pictures under `path`: see `findPictures` and `findShards` for how they may be arranged there, or in the ZIP archive.
 *
 * Preparing holds four decoded pictures at a time, whatever the folder's size. A picture is decoded again only when
 * its file's content changes; files are known by size, times and inode, and by SHA-256 where those differ.
 * @throws UserError where there is nothing to tell apart, or nothing to train on or to validate with
 */
export async function loadFolder(path: string, options: FolderOptions): Promise<Dataset> {
  const { test, reading, tests } = options;
  const own = await listed(path, test, reading);
  if (own.listing.layout !== 'table') refuseReading(path, reading);
  const all = tests === undefined ? own : withTest(own, await listed(tests, 'kept', reading), tests);
  const group = reading?.group;
  const pictures = group === undefined ? all : { ...all, listing: grouped(all.listing, group) };
  const folder = cacheOf(path, options);
  const index = await prepareFolder(pictures, folder, options);
  return datasetOf(path, index, folder, options);
}

/** What there is under a path, before any of it is read. @throws UserError where there is nothing */
async function listed(
  path: string,
  test: TestFolder | undefined,
  reading: TableReading | undefined,
): Promise<ListedPictures> {
  checkThere(path);
  const place = isZip(path) ? await unpackedZip(path) : path;
  const shards = await findShards(place, test);
  if (shards !== undefined) return shards;
  const listing = findPictures(place, test, reading);
  return { listing, source: filesUnder(listing.root) };
}

/** @throws UserError where something is said of a table's labels, and no table says them */
function refuseReading(path: string, { as = 'single', label, delimiter }: TableReading = {}): void {
  const option =
    as !== 'single'
      ? `--as ${as}`
      : label !== undefined
        ? '--label'
        : delimiter !== undefined
          ? '--label-delimiter'
          : undefined;
  if (option === undefined) return;
  throw new UserError(
    `${option} is for the labels of a table (CSV, JSON lines); those of ${path} are in its folders or shards, one class of each picture.`,
  );
}

/** Where a folder's pictures are kept when they are prepared in this way. */
function cacheOf(path: string, { shape, rule }: FolderOptions): string {
  const key = createHash('sha256')
    .update(canonicalJson({ format: FORMAT, path, shape, rule }))
    .digest('hex');
  return join(cacheFolder(), 'folders', `${slugOf(path)}-${key.slice(0, 16)}`);
}

/** A folder's name in lower-case letters without accents, digits and dashes; `pictures` where nothing of it is left. */
export function slugOf(path: string): string {
  const slug = basename(path)
    .replace(/\.(csv|tsv|jsonl|ndjson|txt|parquet|tar|zip)$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'pictures' : slug;
}

async function prepareFolder(
  { listing, source }: ListedPictures,
  folder: string,
  { shape, rule, valid, fold, onProgress }: FolderOptions,
): Promise<FolderIndex> {
  const path = join(folder, 'index.json');
  const before = readIndex(path);
  const usable = before !== undefined && hasAllPixels(join(folder, before.pixels), before, shape);
  const earlier = usable ? { index: before, pixels: join(folder, before.pixels) } : undefined;
  const request = createHash('sha256')
    .update(canonicalJson({ listing, valid, ...(fold && { fold }) }))
    .digest('hex');
  let index: FolderIndex | undefined;
  await withUnfinished(folder, 'preparation', async (temporary) => {
    const read = (from: ReadOptions['before']) =>
      readFiles({
        source,
        files: listing.found.map(({ path: file }) => file),
        ...{ shape, rule, before: from, onProgress },
        scratch: temporary,
      });
    const known = await read(earlier);
    const isUnchanged =
      earlier !== undefined &&
      earlier.index.request === request &&
      known.every((file, i) => earlier.index.entries[i]?.hash === file.hash);
    if (isUnchanged) {
      // Stamps may be new all the same.
      index = { ...earlier.index, entries: known.map(({ pixels: _, ...entry }) => entry) };
      if (known.some((file, i) => earlier.index.entries[i]?.stamp !== file.stamp)) writeIndex(path, index);
      return;
    }
    // No pixels are kept of a picture whose class was not trained on, which it may be now.
    const files = known.every(isWhole) ? known : await read(earlier && withoutStrays(earlier));
    const arranged = arrange(listing, files, { shape, valid, fold, target: join(temporary, 'pixels') });
    const pixels = `pixels-${partsOf(arranged)
      .map(({ digest: each }) => each.slice(0, 16))
      .join('')}`;
    renameSync(join(temporary, 'pixels'), join(folder, pixels));
    index = { format: FORMAT, request, pixels, ...arranged };
    writeIndex(path, index);
    // A training that is under way may still read those of before.
    for (const name of readdirSync(folder))
      if (name.startsWith('pixels-') && name !== pixels && name !== before?.pixels)
        rmSync(join(folder, name), { force: true });
  });
  if (index === undefined) throw new Error('a folder was prepared without an index');
  return index;
}

/** Whether a picture's pixels are there, or the reason why it has none. */
function isWhole({ problem, place }: Entry): boolean {
  return problem !== undefined || place >= 0;
}

/** What an earlier preparation left, but for the pictures that can be used and were not. */
function withoutStrays({ index, pixels }: NonNullable<ReadOptions['before']>): ReadOptions['before'] {
  return { index: { ...index, entries: index.entries.filter(isWhole) }, pixels };
}

/** The parts of a folder in the order of their pixels. */
function partsOf({ train, validation, test }: Pick<FolderIndex, 'train' | 'validation' | 'test'>) {
  return [train, validation, ...(test ? [test] : [])];
}

function picturesIn(index: FolderIndex): number {
  return partsOf(index).reduce((sum, { order }) => sum + order.length, 0);
}

function hasAllPixels(pixels: string, index: FolderIndex, shape: Shape): boolean {
  const expected = picturesIn(index) * shape[0] * shape[1] * shape[2];
  return statSync(pixels, { throwIfNoEntry: false })?.size === expected;
}

function datasetOf(path: string, index: FolderIndex, folder: string, options: FolderOptions): Dataset {
  const { shape, mostMemory = MOST_MEMORY } = options;
  const { labels, task, train, validation, test, findings, entries } = index;
  const size = shape[0] * shape[1] * shape[2];
  const pixels = join(folder, index.pixels);
  const inMemory = picturesIn(index) * size <= mostMemory;
  const splitOf = (part: FolderIndex['train'], before: number): Split => {
    const n = part.order.length;
    const common = {
      labels: sharedLabels(part.labels, labels.length),
      ...(task && { targets: sharedTargets(targetsOf(task, part.answers ?? [], labels.length)) }),
      n,
      files: part.order.map((i) => entries[i]?.path ?? ''),
    };
    const file = { path: pixels, start: before * size, size };
    if (!inMemory) return { images: file, ...common };
    const images = new Uint8Array(new SharedArrayBuffer(n * size));
    readBytes(pixels, images, file.start);
    const split = { images, ...common };
    if (digest(split) === part.digest) return split;
    throw new UserError(`${pixels} is damaged. Delete it and train again, which prepares the pictures anew.`);
  };
  return {
    name: slugOf(path),
    ...(task && { task }),
    labels,
    shape,
    train: splitOf(train, 0),
    validation: splitOf(validation, train.order.length),
    ...(test && { test: splitOf(test, train.order.length + validation.order.length) }),
    digests: {
      ...{ train: train.digest, validation: validation.digest },
      ...(test && { test: test.digest }),
    },
    findings,
    hashed: new Map(entries.map(({ path: file, hash, look }) => [file, { path: file, hash, look }])),
  };
}
