// Small files written whole or not at all, folders that appear complete, and content hashes.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';

const temporaryPrefix = '.partial-';
/** A temporary folder of this age was left by a set-up that was killed. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Reads a JSON file; `undefined` when it is missing or damaged.
 * @param {string} path
 * @returns {any} whatever was written: stamps are ours, and each reader checks the fields that it uses
 */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Writes a file under a temporary name, then renames it: a reader sees the old one or the new one, also where several
 * processes or threads write it at once.
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
export function writeWhole(path, contents) {
  makePath(dirname(path));
  const temporary = `${path}.${process.pid}-${threadId}`;
  try {
    writeFileSync(temporary, contents);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Makes a folder and those above it, where they are not there. Node's own recursive `mkdir` tries for ever below a folder
 * that takes none, as /proc is.
 * @param {string} path
 * @throws what the system says of the first that cannot be made
 */
export function makePath(path) {
  /** @type {string[]} */
  const missing = [];
  // A drive of Windows that is not there is in no folder.
  for (let at = resolve(path); !existsSync(at) && at !== missing[0]; at = dirname(at)) missing.unshift(at);
  for (const folder of missing) makeUnlessThere(folder);
  if (missing.length === 0) makeUnlessThere(resolve(path));
}

/** @param {string} folder */
function makeUnlessThere(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/**
 * Writes a JSON file, whole.
 * @param {string} path
 * @param {unknown} value
 */
export function writeJson(path, value) {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Makes a folder through `fill`, which gets an empty folder beside it: the real name appears only when
 * `fill` has returned. What stood there before is replaced.
 * @param {string} path
 * @param {(temporary: string) => Promise<void>} fill
 */
export async function makeFolder(path, fill) {
  await withTemporaryFolder(dirname(path), async (temporary) => {
    const complete = join(temporary, basename(path));
    mkdirSync(complete);
    await fill(complete);
    rmSync(path, { recursive: true, force: true });
    renameSync(complete, path);
  });
}

/**
 * Lends `use` an empty folder in `parent` (so that a rename out of it is atomic), and removes it afterwards.
 * @param {string} parent
 * @param {(temporary: string) => Promise<void>} use
 */
export async function withTemporaryFolder(parent, use) {
  makePath(parent);
  removeAbandoned(parent);
  const temporary = mkdtempSync(join(parent, temporaryPrefix));
  try {
    await use(temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** @param {string} parent */
function removeAbandoned(parent) {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(parent, name);
    if (Date.now() - statSync(path).mtimeMs > abandonedAfterMs)
      rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Hash of a file's bytes, in hexadecimal.
 * @param {string} path
 * @param {'sha256' | 'sha512' | 'md5'} algorithm
 */
export function hashFile(path, algorithm = 'sha256') {
  return createHash(algorithm).update(readFileSync(path)).digest('hex');
}

/**
 * One SHA-256 over the names and bytes of many files: it changes when any of them does.
 * @param {readonly string[]} paths
 * @param {readonly string[]} more other text that the result depends on
 */
export function hashFiles(paths, more = []) {
  const lines = [...paths.map((path) => `${path} ${hashFile(path)}`), ...more];
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/**
 * All files under a folder, sorted by path; none when it does not exist.
 * @param {string} folder
 * @returns {string[]}
 */
export function filesUnder(folder) {
  const entries = statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder, { withFileTypes: true })
    : [];
  return entries
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    })
    .sort();
}

/**
 * A digest as it names a folder: enough of it that no two are alike.
 * @param {import('node:crypto').Hash} digest
 */
export function shortDigest(digest) {
  return digest.digest('hex').slice(0, 16);
}
