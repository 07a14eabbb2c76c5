// What folders within class folders say: the sides of each class, the classes of several groups, a copy of everything.
import type { SubFolder } from './level.ts';
import { type Side, sideOfName } from './sides.ts';

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

/**
 * Sides within classes, `cat/train/1.jpg`: where all pictures are so, and some are for training and some for another
 * side. As with `train/cat`, those in `test` are for validation where there is no `valid`, and are left out otherwise.
 */
export function sidesWithin(
  folders: readonly SubFolder[],
): ((path: string) => 'train' | 'test' | 'none') | undefined {
  const sides = new Set<Side | undefined>();
  for (const folder of folders) {
    const names = foldersIn(folder);
    if (names === undefined) return undefined;
    for (const name of names) sides.add(sideOfName(name));
  }
  if (sides.has(undefined) || !sides.has('train') || sides.size < 2) return undefined;
  return (path) => {
    const side = sideOfName(path.split('/')[1] ?? '');
    if (side === 'train') return 'train';
    return side === 'valid' || !sides.has('valid') ? 'test' : 'none';
  };
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
