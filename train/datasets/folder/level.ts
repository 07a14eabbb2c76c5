// The files of a folder by the folder that they are in: what the search for classes looks at, one level at a time.
import { isOtherFile } from '../../../models/image/file/names.ts';
import { isTable } from './kinds.ts';
import type { ListedFiles } from './list-files.ts';

/** A folder within a level. */
export interface SubFolder {
  readonly name: string;
  /** Files that may be pictures, relative to the level, folders within included. */
  readonly pictures: readonly string[];
  /** Files that are none. */
  readonly others: readonly string[];
}

export interface Level {
  /** Where it is below the folder that was named, with a slash at its end; empty at the top. */
  readonly at: string;
  readonly folders: readonly SubFolder[];
  /** Files in no folder, relative to the level. */
  readonly loose: readonly string[];
  readonly tables: readonly string[];
  /** Files in no folder that are certainly no pictures; tables among them. */
  readonly others: readonly string[];
}

/** What is in the folder `at` of all the files. */
export function levelOf({ files, folders, problems }: ListedFiles, at = ''): Level {
  const unread = new Set(problems.map(({ path }) => path));
  const own = files.filter((file) => file.startsWith(at)).map((file) => file.slice(at.length));
  const below = folders
    .filter(
      (folder) => folder.startsWith(at) && !folder.slice(at.length).includes('/') && !unread.has(folder),
    )
    .map((folder) => folder.slice(at.length))
    .filter((name) => name !== '');
  const byFolder = new Map(below.map((name): [string, string[]] => [name, []]));
  const direct: string[] = [];
  for (const file of own) {
    const slash = file.indexOf('/');
    if (slash < 0) direct.push(file);
    else byFolder.get(file.slice(0, slash))?.push(file);
  }
  const isPicture = (file: string) => !isOtherFile(file);
  return {
    at,
    folders: [...byFolder].map(([name, all]) => ({
      name,
      pictures: all.filter(isPicture),
      others: all.filter((file) => !isPicture(file)),
    })),
    loose: direct.filter(isPicture),
    tables: direct.filter(isTable),
    others: direct.filter((file) => !isPicture(file)),
  };
}

/** The level in one of its folders. */
export function levelIn(listed: ListedFiles, { at }: Level, name: string): Level {
  return levelOf(listed, `${at}${name}/`);
}

/** Folders that have pictures, at any depth. */
export const filled = ({ folders }: Level): readonly SubFolder[] =>
  folders.filter(({ pictures }) => pictures.length > 0);
