// Finds the files that a table names, as their paths are written: with backslashes, in another case, without an ending,
// from the folder of another machine.
import { readdirSync } from 'node:fs';
import { basename, isAbsolute, join, posix, relative } from 'node:path';
import { isNamedAsPicture, withoutPictureEnding } from '../../../../models/image/file/names.ts';
import { isJunk } from '../../../../models/junk.ts';
import { byCodePoint } from '../list-files.ts';

/** A cell's file, relative to the table's folder; or why it has none. */
export type Located = { readonly path: string } | { readonly problem: string };

export interface LocatedAll {
  readonly located: readonly Located[];
  /** How paths had to be read to find files. */
  readonly notes: readonly string[];
}

/** Subfolders that are searched for files which are not where the table says. */
const MOST_FOLDERS = 200;

/**
 * Finds the files of a table's cells.
 * @param root - the table's folder
 * @param isPreferred - which subfolder to take where several have a file: `train` for `train.csv`
 */
export function locateAll(
  root: string,
  cells: readonly string[],
  isPreferred: (folder: string) => boolean = () => false,
): LocatedAll {
  const names = namesOf(root);
  const find = (path: string) => walk(path, names);
  const folders = names.folders().slice(0, MOST_FOLDERS);
  const preferred = folders.filter(isPreferred);
  let prefix: string | undefined;
  const within = new Set<string>();

  const locate = (cell: string): Located => {
    const direct = find(cell) ?? find(unescaped(cell));
    if (direct !== undefined) return direct;
    const path = posix.normalize(unescaped(cell.replace(/^file:\/\//, '')).replaceAll('\\', '/'));
    if (isAbsolute(path) || /^[A-Za-z]:\//.test(path)) {
      const local = relative(root, path);
      const here = find(local);
      if (here !== undefined) return here;
      prefix ??= prefixOf(path, find);
      return (
        (prefix !== undefined && path.startsWith(prefix) ? find(path.slice(prefix.length)) : undefined) ??
        uploaded(path, folders, find) ??
        NOT_THERE
      );
    }
    const [first, ...rest] = path.split('/');
    if (first === basename(root) && rest.length > 0) {
      const own = find(rest.join('/'));
      if (own !== undefined) return own;
    }
    for (const some of [preferred, folders]) {
      const hits = some.flatMap((folder) => {
        const hit = find(`${folder}/${path}`);
        return hit !== undefined && 'path' in hit ? [{ folder, hit }] : [];
      });
      const [only] = hits;
      if (hits.length > 1)
        return {
          problem: `is in several folders: ${hits
            .slice(0, 3)
            .map(({ hit }) => hit.path)
            .join(', ')}`,
        };
      if (only !== undefined) {
        within.add(only.folder);
        return only.hit;
      }
    }
    return NOT_THERE;
  };

  const located = cells.map(locate);
  const notes = [
    ...(prefix === undefined ? [] : [`Paths begin with ${prefix}, which is read as ${root}/.`]),
    ...(within.size === 0
      ? []
      : [
          `Files are in ${[...within].sort(byCodePoint).slice(0, 5).join('/, ')}/, which the paths do not say.`,
        ]),
  ];
  return { located, notes };
}

/**
 * The file that Label Studio calls `/data/upload/1/1a2b3c4d-cat.jpg`: by that name, or by its own, where one folder alone
 * has it.
 */
function uploaded(
  path: string,
  folders: readonly string[],
  find: (path: string) => Located | undefined,
): Located | undefined {
  const [, name, own] = /^\/data\/upload\/(?:\d+\/)?([0-9a-f]{8}-([^/]+))$/.exec(path) ?? [];
  for (const wanted of [name, own]) {
    if (wanted === undefined) continue;
    const hits = ['', ...folders].flatMap((folder) => find(posix.join(folder, wanted)) ?? []);
    const [hit] = hits;
    if (hit !== undefined) return hits.length === 1 ? hit : { problem: 'is in several folders' };
  }
  return undefined;
}

/** An address's `my%20cat.jpg` as the name of the file, where it is one. */
function unescaped(cell: string): string {
  try {
    return decodeURIComponent(cell);
  } catch {
    return cell;
  }
}

const NOT_THERE: Located = { problem: 'not there' };

/** Pictures in the folders of `files`, those left out: nothing lists them. */
export function unlisted(root: string, files: readonly string[]): number {
  const names = namesOf(root);
  const listed = new Set(files);
  const folders = new Set(files.map((file) => posix.dirname(file)));
  let count = 0;
  for (const folder of folders)
    for (const name of names.in(folder).files.all)
      if (isNamedAsPicture(name) && !isJunk(name) && !listed.has(posix.join(folder, name))) count++;
  return count;
}

/** What of a path to strip so that the rest is there: as little as possible. */
function prefixOf(path: string, find: (path: string) => Located | undefined): string | undefined {
  const parts = path.split('/');
  for (let strip = 1; strip < parts.length; strip++) {
    const found = find(parts.slice(strip).join('/'));
    if (found !== undefined && 'path' in found) return `${parts.slice(0, strip).join('/')}/`;
  }
  return undefined;
}

/** A path with each of its names as the folder has it; undefined where one is not there. */
function walk(cell: string, names: Names): Located | undefined {
  // On Linux a backslash may be part of a name, so as it is written comes first.
  for (const written of new Set([cell, cell.replaceAll('\\', '/')])) {
    if (written === '' || isAbsolute(written)) continue;
    const parts = posix.normalize(written).split('/');
    let at = '';
    for (const [i, part] of parts.entries()) {
      if (part === '..') {
        at = posix.join(at, '..');
        continue;
      }
      const candidates = namesLike(part, names.in(at), i === parts.length - 1);
      const [only] = candidates;
      if (candidates.length > 1) return { problem: `could be ${candidates.slice(0, 3).join(' or ')}` };
      if (only === undefined) break;
      at = at === '' ? only : `${at}/${only}`;
      if (i === parts.length - 1) return { path: posix.normalize(at) };
    }
  }
  return undefined;
}

/**
 * The name itself if it is there; else those that differ in how accents are stored, in case, or by a picture's ending.
 * The last part of a path is a file, the others are folders: `cat` beside a folder of that name is `cat.jpg`.
 */
function namesLike(name: string, { files, folders }: FolderNames, isLast: boolean): readonly string[] {
  const { all, folded, stems } = isLast ? files : folders;
  if (all.has(name)) return [name];
  const same = folded.get(fold(name)) ?? [];
  const composed = same.filter((other) => other.normalize('NFC') === name.normalize('NFC'));
  if (composed.length > 0) return composed;
  if (same.length > 0 || !isLast) return same;
  return stems.get(fold(name)) ?? [];
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase();

interface FolderNames {
  readonly files: Lookup;
  readonly folders: Lookup;
}

interface Lookup {
  readonly all: ReadonlySet<string>;
  /** Names by their folded form. */
  readonly folded: ReadonlyMap<string, readonly string[]>;
  /** Names of pictures by their folded form without the ending. */
  readonly stems: ReadonlyMap<string, readonly string[]>;
}

interface Names {
  /** Names in a folder; none where it cannot be read. */
  in(folder: string): FolderNames;
  /** Folders of the root itself. */
  folders(): string[];
}

/** The names in folders, each folder read once. */
function namesOf(root: string): Names {
  const known = new Map<string, FolderNames>();
  return {
    in(folder) {
      const before = known.get(folder);
      if (before !== undefined) return before;
      const own = folderNames(join(root, folder));
      known.set(folder, own);
      return own;
    },
    folders: () =>
      entriesOf(root)
        .flatMap((entry) => (entry.isDirectory() && !isJunk(entry.name) ? [entry.name] : []))
        .sort(byCodePoint),
  };
}

/** A link is looked for among both. */
function folderNames(folder: string): FolderNames {
  const entries = entriesOf(folder);
  return {
    files: lookupOf(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)),
    folders: lookupOf(entries.filter((entry) => !entry.isFile()).map(({ name }) => name)),
  };
}

function lookupOf(names: readonly string[]): Lookup {
  return {
    all: new Set(names),
    folded: grouped(names, fold),
    stems: grouped(names.filter(isNamedAsPicture), (name) => fold(withoutPictureEnding(name))),
  };
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function grouped(names: readonly string[], keyOf: (name: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = groups.get(keyOf(name));
    if (group === undefined) groups.set(keyOf(name), [name]);
    else group.push(name);
  }
  return groups;
}
