// Pictures that come one after another, into shared memory; through a file, so that no more than one is held besides.
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePath } from '../../setup/files/index.mjs';
import { cacheFolder } from '../../setup/paths.mjs';
import { readBytes, type Split, sharedLabels, sharedTargets } from '../datasets/dataset.ts';
import { TEMPORARY, writeAll } from '../files/write-whole.ts';
import type { AnyExample } from './define-dataset.ts';
import type { Checks } from './examples.ts';

/** Bytes of pixels that are held in memory, as of folders; more stay in the file, which is read picture by picture. */
const MOST_MEMORY = 2 ** 30;

/** Bytes that are gathered before they are written. */
const BLOCK = 2 ** 20;

/**
 * Writes the pictures of a split into the cache, and loads them from there unless there are too many.
 * @returns The split, and its digest: as `digest` gives it, made on the way.
 * @throws UserError where there is no picture, or one of them, its label or its targets are not as they should be
 */
export async function writeSplit(
  dataset: string,
  examples: Iterable<AnyExample> | AsyncIterable<AnyExample>,
  checks: Checks,
  mostMemory = MOST_MEMORY,
): Promise<Split & { readonly digest: string }> {
  const { size } = checks;
  const folder = join(cacheFolder(), 'own-data', dataset);
  makePath(folder);
  const temporary = join(folder, `${randomUUID()}${TEMPORARY}`);
  try {
    const { digest, ...answers } = await write(temporary, examples, checks);
    const n = answers.labels.length;
    if (n * size <= mostMemory) {
      const images = new Uint8Array(new SharedArrayBuffer(n * size));
      readBytes(temporary, images, 0);
      return { images, ...answers, n, digest };
    }
    const path = join(folder, `pixels-${digest}`);
    renameSync(temporary, path);
    removeOld(folder);
    return { images: { path, start: 0, size }, ...answers, n, digest };
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Files of data that nobody has loaded for so long are removed, milliseconds. */
const KEPT = 30 * 24 * 60 * 60 * 1000;

/** A training that is under way may still read those of other data; each load writes its file anew. */
function removeOld(folder: string): void {
  for (const path of readdirSync(folder).map((name) => join(folder, name))) {
    const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > KEPT) rmSync(path, { force: true });
  }
}

async function write(
  path: string,
  examples: Iterable<AnyExample> | AsyncIterable<AnyExample>,
  checks: Checks,
): Promise<Pick<Split, 'labels' | 'targets'> & { readonly digest: string }> {
  const { size, classes, task } = checks;
  const hash = createHash('sha256');
  const block = new Uint8Array(Math.max(1, Math.floor(BLOCK / size)) * size);
  const classesOfAll: number[] = [];
  const targetsOfAll: number[] = [];
  const file = openSync(path, 'w');
  let filled = 0;
  const flush = () => {
    const bytes = block.subarray(0, filled);
    hash.update(bytes);
    writeAll(file, path, bytes);
    filled = 0;
  };
  try {
    for await (const example of examples) {
      const index = classesOfAll.length;
      const { image, answer } = parts(example, index, checks);
      const target = block.subarray(filled, filled + size);
      const bytes = checks.bytesOf(image, index, target);
      if (bytes !== target) target.set(bytes);
      classesOfAll.push(task === undefined ? checks.classOf(answer, index) : 0);
      if (task !== undefined) targetsOfAll.push(...Array.from(checks.targetsOf(answer, index)));
      filled += size;
      if (filled === block.length) flush();
    }
    flush();
  } finally {
    closeSync(file);
  }
  if (classesOfAll.length === 0) throw checks.error('has no pictures');
  const labels = sharedLabels(classesOfAll, classes);
  hash.update(labels);
  if (task === undefined) return { labels, digest: hash.digest('hex') };
  const targets = sharedTargets(targetsOfAll);
  return { labels, targets, digest: hash.update(targets).digest('hex') };
}

function parts(
  example: unknown,
  index: number,
  { task, error }: Checks,
): { image: unknown; answer: unknown } {
  const field = task === undefined ? 'label' : 'targets';
  if (typeof example === 'object' && example !== null && 'image' in example && field in example)
    return { image: example.image, answer: Reflect.get(example, field) };
  throw error(
    `gives ${inWords(example)} as its picture ${index}: expected { image, ${field} }${task === undefined ? '' : `, since its task is ${task}`}`,
  );
}

function inWords(example: unknown): string {
  if (typeof example !== 'object' || example === null || Array.isArray(example)) return String(example);
  return `{ ${Object.keys(example).join(', ')} }`;
}
