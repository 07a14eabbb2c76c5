// What folders within class folders say: the sides of each class, the classes of several groups, a copy of everything.
import { join } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import { command } from '../../../setup/invocation.mjs';
import type { SubFolder } from './level.ts';
import { type Side, sideOfName, type TestFolder } from './sides.ts';

/** The names of a folder's own folders; undefined where pictures are in no folder of it. */
function foldersIn({ pictures }: SubFolder): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const path of pictures) {
    const [, name, ...rest] = path.split('/');
    if (name === undefined || rest.length === 0) return undefined;
    names.add(name);
  }
  return names;
}

/** The sides of pictures whose classes' folders have folders for them. */
export interface SidesWithin {
  /** Undefined for a picture of training where validation is chosen. */
  of(path: string): Side | undefined;
  /** What becomes of test folders; undefined where there are none, or others are for validation. */
  readonly test: TestFolder | undefined;
}

/**
 * Sides within classes, `cat/train/1.jpg`: where all pictures are so, and some are for training and some for another
 * side. As with `train/cat`, those in `test` are the test, unless they are to validate and there is no `valid`.
 */
export function sidesWithin(folders: readonly SubFolder[], test: TestFolder): SidesWithin | undefined {
  const sides = new Set<Side | undefined>();
  for (const folder of folders) {
    const names = foldersIn(folder);
    if (names === undefined) return undefined;
    for (const name of names) sides.add(sideOfName(name));
  }
  if (sides.has(undefined) || !sides.has('train') || sides.size < 2) return undefined;
  const validates = sides.has('valid') ? 'valid' : test === 'validates' ? 'test' : undefined;
  return {
    of(path) {
      const side = sideOfName(path.split('/')[1] ?? '');
      if (side === 'train') return validates && 'train';
      return side === validates ? 'valid' : side;
    },
    test: sides.has('valid') ? undefined : test,
  };
}

/**
 * What there is to say where some classes have folders of sides, and another lacks them: then they are no sides.
 * @throws UserError where a folder with sides is a set of its own, `bottle/train/good` beside `bottle/ground_truth`
 */
export function sidesInSome(root: string, folders: readonly SubFolder[]): string[] {
  const some = folders.flatMap((folder) => {
    const parts = folder.pictures.map((path) => path.split('/').slice(1));
    const names = [...new Set(parts.flatMap(([name = '', ...rest]) => (rest.length === 0 ? [] : [name])))];
    const sides = names.filter((name) => sideOfName(name) !== undefined);
    const isSplit = sides.some((name) => sideOfName(name) === 'train') && sides.length > 1;
    const isSet = parts.some(([name = '', ...rest]) => sides.includes(name) && rest.length > 1);
    return isSplit ? [{ folder, isSet, sides }] : [];
  });
  const [first] = some;
  if (first === undefined || folders.length < 2) return [];
  const set = some.find(({ isSet }) => isSet);
  const shown = (sides: readonly string[]) => sides.map((name) => `${name}/`).join(', ');
  if (set !== undefined)
    throw new UserError(
      `${root.replace(/\/$/, '')} has ${set.folder.name}/, a set of its own: it has the sides ${shown(set.sides)} with folders in them, and not all that is beside them is a side. To train on that set, name it: ${command('train', [join(root, set.folder.name)])}`,
    );
  return [
    `${shown(first.sides)} in ${first.folder.name}/ are not taken for sides, since not all pictures of all classes are in such: each folder of ${root.replace(/\/$/, '')} is a class with all that is in it, and validation is chosen. If they are the sides, put the pictures of every class into them.`,
  ];
}

/** Folders that hold all over again what is beside them, as an archive does that was packed with itself: `pets/pets/cat` beside `pets/cat`. */
export function copiesWithin(folders: readonly SubFolder[]): readonly SubFolder[] {
  return folders.filter((folder) => {
    const names = foldersIn(folder);
    const beside = new Set(folders.map(({ name }) => name));
    return (
      names !== undefined &&
      names.size > 1 &&
      [...names].every((name) => name !== folder.name && beside.has(name))
    );
  });
}

/** What there is to say where all class folders have folders of the same names: those may be the classes. */
export function sameWithin(folders: readonly SubFolder[]): string[] {
  const [first, ...others] = folders.map(foldersIn);
  if (first === undefined || first.size < 2 || others.length === 0) return [];
  const isSame = others.every(
    (names) => names?.size === first.size && [...names].every((name) => first.has(name)),
  );
  if (!isSame) return [];
  const shown = [...first].slice(0, 3).join(', ');
  return [
    `All of these folders have folders of the same names (${shown}${first.size > 3 ? ', ...' : ''}), which say nothing here. If those are the classes, put them side by side, or name one of the folders.`,
  ];
}
