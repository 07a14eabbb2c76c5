// All files under a folder, links followed, loops found.
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isJunk } from '../../../models/junk.ts';
import type { FileProblem } from './findings.ts';

export interface ListedFiles {
  /** Relative paths with `/`, in the order of their code points. */
  readonly files: readonly string[];
  /** The folders below the root, in the same way. */
  readonly folders: readonly string[];
  readonly problems: readonly FileProblem[];
}

/**
 * Lists the files under `root`. Symbolic links count as what they lead to; one that leads back to a folder that it is
 * in, or to nothing, is a problem, and so is a folder that may not be read.
 */
export function listFiles(root: string): ListedFiles {
  const files: string[] = [];
  const folders: string[] = [];
  const problems: FileProblem[] = [];
  const visit = (folder: string, above: readonly string[]): void => {
    const here = join(root, folder);
    if (folder !== '') folders.push(folder);
    const lineage = [...above, realpathSync(here)];
    for (const entry of entriesOf(here, (reason) => problems.push({ path: folder || '.', reason }))) {
      if (isJunk(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = kindOf(join(here, entry.name), entry, lineage);
      if (kind === 'folder') visit(path, lineage);
      else if (kind === 'file') files.push(path);
      else problems.push({ path, reason: kind });
    }
  };
  visit('', []);
  return { files: files.sort(byCodePoint), folders: folders.sort(byCodePoint), problems };
}

/** Orders names the same way on every machine, whatever its language. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function entriesOf(folder: string, onProblem: (reason: string) => void): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    onProblem(`the folder cannot be read: ${codeOf(error)}`);
    return [];
  }
}

/**
 * `folder`, `file`, or why it is neither.
 * @param lineage - The folders above, as they are called without links.
 */
function kindOf(path: string, entry: Dirent, lineage: readonly string[]): string {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  if (!entry.isSymbolicLink()) return NEITHER;
  try {
    const target = statSync(path);
    if (!target.isDirectory()) return target.isFile() ? 'file' : NEITHER;
    const real = realpathSync(path);
    const isLoop = lineage.some((folder) => `${folder}/`.startsWith(real === '/' ? real : `${real}/`));
    return isLoop ? 'a link that leads back to a folder that it is in' : 'folder';
  } catch (error) {
    return codeOf(error) === 'ELOOP' ? 'a link that leads to itself' : 'a link that leads nowhere';
  }
}

const NEITHER = 'neither a file nor a folder';

/** `EACCES` and the like. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
