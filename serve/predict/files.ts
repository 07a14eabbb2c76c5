// The picture files that a command line names: files, and all files in folders.
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';

/** Endings of the formats that are read. Other files in folders are ignored; a file that is named is always tried. */
const ENDING = /\.(jpe?g|jfif|png|webp|gif)$/i;

/**
 * Yields the files one at a time, so that a folder with any number of them takes no memory. Each folder is in the order
 * of its names, which is the same at every call, so that an interrupted run can go on.
 *
 * @throws UserError when a path does not exist.
 */
export async function* pictureFiles(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) throw new UserError(`There is no file or folder ${path}.`);
    if (stats.isDirectory()) yield* inFolder(path);
    else yield path;
  }
}

async function* inFolder(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort(byName)) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* inFolder(path);
    else if (entry.isFile() && ENDING.test(entry.name)) yield path;
  }
}

/** By code units: the same order on every machine. */
function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
