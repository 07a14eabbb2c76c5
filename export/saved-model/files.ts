// The files of a SavedModel: a check of their sizes, and one digest over all that decides its answers.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';

const GRAPH = 'saved_model.pb';
const VARIABLES = 'variables';

/** The largest message that protobuf reads. */
const LARGEST_GRAPH = 2 ** 31 - 1;

/** The largest index of variables that is read: a million of them with long names. */
const LARGEST_INDEX = 2 ** 28;

/** Bytes that are read at once. */
const PIECE = 2 ** 24;

export interface SavedFiles {
  /** Relative to the folder: the graph first, then those of the variables in the order of their names. */
  readonly names: readonly string[];
  /** Bytes of the files with the variables' values. */
  readonly values: number;
}

/**
 * Lists the files and looks at their sizes.
 * @throws UserError when one is larger than any such file is, or the values than this machine's memory.
 */
export function savedFiles(folder: string): SavedFiles {
  const { size } = sizeOf(join(folder, GRAPH));
  if (size > LARGEST_GRAPH) throw tooLarge(join(folder, GRAPH), size, LARGEST_GRAPH);
  const names = (
    statSync(join(folder, VARIABLES), { throwIfNoEntry: false }) ? readdirSync(join(folder, VARIABLES)) : []
  )
    .filter((name) => /^variables\.(index|data-\d+-of-\d+)$/.test(name))
    .sort();
  let values = 0;
  for (const name of names) {
    const path = join(folder, VARIABLES, name);
    const own = sizeOf(path).size;
    if (name.endsWith('.index') && own > LARGEST_INDEX) throw tooLarge(path, own, LARGEST_INDEX);
    if (!name.endsWith('.index')) values += own;
  }
  if (values > totalmem())
    throw new UserError(
      `The variables of ${folder} have ${inGigabytes(values)}, more than this machine's memory of ${inGigabytes(totalmem())}.`,
    );
  return { names: [GRAPH, ...names.map((name) => `${VARIABLES}/${name}`)], values };
}

/** SHA-256 over the names, sizes and bytes of the files. */
export function digestOfFiles(folder: string, { names }: SavedFiles): string {
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE);
  for (const name of names) {
    const path = join(folder, name);
    hash.update(`${JSON.stringify([name, sizeOf(path).size])}\n`);
    const file = openSync(path, 'r');
    try {
      for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
        hash.update(piece.subarray(0, read));
    } finally {
      closeSync(file);
    }
  }
  return hash.digest('hex');
}

function sizeOf(path: string): Stats {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return stats;
  throw new UserError(
    `${path} is ${stats === undefined ? 'not there' : 'no file'}: copy the whole SavedModel.`,
  );
}

function tooLarge(path: string, size: number, most: number): UserError {
  return new UserError(`${path} has ${inGigabytes(size)}; such a file has at most ${inGigabytes(most)}.`);
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
