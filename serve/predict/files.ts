// The picture files that a command line names: files, which are always tried, and in folders all but those whose names say
// that they are none, as in training.
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isOtherFile } from '../../models/image/file/names.ts';
import { isJunk } from '../../models/junk.ts';
import { systemReason } from '../../models/system-reason.ts';

/** A picture file, or a path at which there is none, with the reason. */
export interface FoundPicture {
  /** As it is called in rows. */
  readonly path: string;
  /** Where it is, if it is not at `path`. */
  readonly at?: string;
  /** Its path below the folder, or in the list, that was named; of a file that was named itself, `path`. */
  readonly name: string;
  /** Why it cannot be read; undefined for a file that is yet to be read. */
  readonly problem?: string;
}

/**
 * What a command line names; each call goes through it anew.
 *
 * @param onOther - called with the name of each file in a folder that is not looked at.
 */
export type PictureSource = (onOther?: (name: string) => void) => AsyncIterable<FoundPicture>;

/**
 * Yields the files one at a time, so that a folder with any number of them takes no memory. Each folder is in the order
 * of its names, which is the same at every call, so that an interrupted run can go on. Links are followed, as they are in
 * training. A path that does not exist, and a folder that cannot be read, is yielded with its problem: the others are
 * found all the same.
 * @param onOther - called with the name of each file in a folder that is not looked at, since its ending is that of no
 *   picture.
 */
export async function* pictureFiles(
  paths: readonly string[],
  onOther: (name: string) => void = () => {},
): AsyncGenerator<FoundPicture> {
  for (const path of paths) {
    const kind = await kindOf(path);
    if (kind === 'folder') {
      for await (const found of inFolder(path, [], onOther))
        yield { ...found, name: relative(path, found.path) };
    } else if (kind === 'other') yield { path, name: path };
    else yield { path, name: path, problem: kind.problem };
  }
}

/** A picture in a folder, which has its name from there. */
type InFolder = Omit<FoundPicture, 'name'>;

/** @param above - where the folders around this one really are, so that a link to one of them is not followed. */
async function* inFolder(
  folder: string,
  above: readonly string[],
  onOther: (name: string) => void,
): AsyncGenerator<InFolder> {
  let entries: Dirent[];
  let lineage: readonly string[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
    lineage = [...above, await realpath(folder)];
  } catch (error) {
    yield { path: folder, problem: `its folder cannot be read: ${systemReason(error) ?? String(error)}` };
    return;
  }
  for (const entry of entries.sort(byName)) {
    if (isJunk(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* inFolder(path, lineage, onOther);
    else if (entry.isSymbolicLink()) yield* throughLink(path, lineage, onOther);
    else if (!entry.isFile()) yield { path, problem: 'it is neither a file nor a folder' };
    else if (isOtherFile(entry.name)) onOther(entry.name);
    else yield { path };
  }
}

async function* throughLink(
  path: string,
  above: readonly string[],
  onOther: (name: string) => void,
): AsyncGenerator<InFolder> {
  const kind = await kindOf(path);
  if (kind === 'folder') {
    if (!above.includes(await realpath(path))) yield* inFolder(path, above, onOther);
  } else if (isOtherFile(path)) onOther(path);
  else yield kind === 'other' ? { path } : { path, problem: kind.problem };
}

async function kindOf(path: string): Promise<'folder' | 'other' | { readonly problem: string }> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    return { problem: `it cannot be read: ${systemReason(error) ?? String(error)}` };
  }
}

/** By code units: the same order on every machine. */
function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
