// Finds the pictures of a folder and their labels, by how it is laid out.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../../models/counted.ts';
import { UserError } from '../../../models/errors.ts';
import { type Inside, insideOf } from './beside.ts';
import { classesIn, listClasses, listSides, type Sides, unreadTables } from './classes.ts';
import { isContainer, otherFile, otherKind, whatIsThere } from './foreign.ts';
import { mayBeTable } from './kinds.ts';
import { filled, type Level, levelIn, levelOf, type SubFolder } from './level.ts';
import { type ListedFiles, listFiles } from './list-files.ts';
import type { Listing } from './listing.ts';
import { type Side, sidesOfNames, type TestFolder } from './sides.ts';
import type { TableReading } from './table/learned.ts';
import { listNamedTable, type Tables, tablesAt } from './tables.ts';

/**
 * Finds the pictures under `path`, which is a table of paths and labels, or a folder: with `train/class/file` and
 * `valid/class/file`, with `class/file`, or with such a table. Folders decide where there are any; a table decides over
 * them only where it is named. Folders within a class belong to the class, and one that holds all others is passed.
 * @param test - what becomes of a test folder where nothing is for validation
 * @param reading - what a person says of a table's labels
 * @throws UserError if there is nothing of the kind, with what there is
 */
export function findPictures(path: string, test: TestFolder = 'kept', reading?: TableReading): Listing {
  if (!isFolder(path)) {
    if (mayBeTable(path)) return listNamedTable(path, reading);
    throw new UserError(otherFile(path));
  }
  const listed = listFiles(path);
  const passed: string[] = [];
  let level = levelOf(listed);
  for (;;) {
    const found = atLevel(path, listed, level, test, reading);
    if (!('inside' in found)) return withPassed(found, level, listed, passed);
    passed.push(...found.notes, ...unreadTables(join(path, level.at), level));
    level = levelIn(listed, level, found.inside);
  }
}

/** What a level holds, or the one of its folders in which to look on. */
function atLevel(
  path: string,
  listed: ListedFiles,
  level: Level,
  test: TestFolder,
  reading?: TableReading,
): Listing | Inside {
  const root = join(path, level.at);
  const folders = filled(level);
  const sides = sidesOf(listed, level);
  const ofTraining = sides === undefined ? [] : classesIn(listed, level, sides.train);
  const refusedSides = sides === undefined ? undefined : sidesRefused(root, listed, level, sides);
  if (sides !== undefined && isClasses(ofTraining)) {
    if (refusedSides !== undefined) throw new UserError(refusedSides);
    return listSides(root, listed, level, sides, test);
  }
  const [only, ...others] = folders;
  if (sides === undefined && others.length > 0) {
    const kind = otherKind(root, level);
    if (kind !== undefined && isClasses(folders)) throw new UserError(kind);
    const isAround = ({ name }: SubFolder) => hasClasses(listed, levelIn(listed, level, name));
    const inside = insideOf(root, folders, isAround);
    if (inside !== undefined) return inside;
  }
  // Sides without class folders are no classes.
  if (sides === undefined && others.length > 0 && isClasses(folders)) return listClasses(root, level, test);
  // One folder around the classes: they decide, not a table beside it.
  if (
    only !== undefined &&
    others.length === 0 &&
    level.loose.length === 0 &&
    hasClasses(listed, levelIn(listed, level, only.name))
  )
    return { inside: only.name, notes: [] };
  const tables = tablesAt(root, listed, level, sides, reading);
  if (tables.listing !== undefined) return tables.listing;
  const refused = otherKind(root, level) ?? refusedSides ?? partsRefused(root, folders, tables);
  if (refused !== undefined) throw new UserError(refused);
  if (sides === undefined && others.length > 0) return listClasses(root, level, test, tables.notes);
  if (only === undefined || others.length > 0) throw nothing(root, listed, level, tables, sides);
  const inner = levelIn(listed, level, only.name);
  const isWrapper =
    inner.loose.length === 0 || tablesAt(join(root, only.name), listed, inner, undefined, reading).listing;
  if (isWrapper && level.loose.length === 0) return { inside: only.name, notes: [] };
  return listClasses(root, level, test, [
    ...tables.notes,
    ...(filled(inner).length > 1 && inner.loose.length === 0
      ? [`If the folders in ${only.name}/ are the classes, name ${join(root, only.name)}.`]
      : []),
  ]);
}

/** Whether folders may be classes: not where all are merely called images. */
const isClasses = (folders: readonly SubFolder[]): boolean => folders.some(({ name }) => !isContainer(name));

/** Whether a level has folders for classes, or one folder that has. */
function hasClasses(listed: ListedFiles, level: Level): boolean {
  const [only, ...others] = filled(level);
  if (only === undefined || level.loose.length > 0) return false;
  if (others.length === 0) return hasClasses(listed, levelIn(listed, level, only.name));
  const sides = sidesOf(listed, level);
  return isClasses(sides === undefined ? [only, ...others] : classesIn(listed, level, sides.train));
}

/** Why folders of pictures are only parts of a set, whose labels are elsewhere. */
function partsRefused(root: string, folders: readonly SubFolder[], { notes }: Tables): string | undefined {
  if (folders.length < 2 || isClasses(folders) || notes.length === 0) return undefined;
  return `The folders of ${root.replace(/\/$/, '')} (${folders
    .slice(0, 3)
    .map(({ name }) => `${name}/`)
    .join(
      ', ',
    )}) look like parts of one set, not like classes, and no table says the labels. ${notes.join(' ')}`;
}

/** The sides' folders: that for training, and others. */
function sidesOf(listed: ListedFiles, level: Level): Sides | undefined {
  const names = sidesOfNames(level.folders.map(({ name }) => name));
  const of = (side: Side) => level.folders.filter(({ name }) => names.get(name) === side);
  const [train, valid, test] = (['train', 'valid', 'test'] as const).map(of);
  const used = (some: Level['folders'] = []) => some.filter(({ pictures }) => pictures.length > 0);
  const [first, second] = used(train);
  if (first === undefined) return undefined;
  // Without another side, a class may be called train: of vehicles, for example. It has no classes in it.
  if ((valid?.length ?? 0) + (test?.length ?? 0) === 0) {
    const inner = levelIn(listed, level, first.name);
    if (inner.loose.length > 0 || filled(inner).length < 2) return undefined;
  }
  if (second !== undefined && classesIn(listed, level, second).length > 0)
    throw new UserError(
      `${first.name}/ and ${second.name}/ both have pictures to train on: put them into one folder, or name one of the two.`,
    );
  return { train: first, valid: valid ?? [], test: test ?? [] };
}

/** Why folders of sides are no classes' folders, where their names say so: a side is laid out as a whole set would be. */
function sidesRefused(root: string, listed: ListedFiles, level: Level, { train }: Sides): string | undefined {
  return otherKind(join(root, train.name), levelIn(listed, level, train.name));
}

function withPassed(
  listing: Listing,
  { at }: Level,
  { problems }: ListedFiles,
  notes: readonly string[],
): Listing {
  const own = problems.flatMap((problem) =>
    problem.path.startsWith(at) ? [{ ...problem, path: problem.path.slice(at.length) }] : [],
  );
  return {
    ...listing,
    problems: [...own, ...listing.problems],
    notes: [...notes, ...listing.notes],
    decides: at === '' ? listing.decides : `Pictures are in ${at}. ${listing.decides}`,
  };
}

function nothing(
  root: string,
  { problems }: ListedFiles,
  level: Level,
  { notes }: Tables,
  sides: Sides | undefined,
): UserError {
  const [problem] = problems;
  const more = [...whatIsThere(level), ...notes, ...(problem ? [`${problem.path}: ${problem.reason}.`] : [])];
  if (problem?.path === '.') return new UserError(`${root.replace(/\/$/, '')}: ${problem.reason}.`);
  const [files, shown] = [
    level.loose.length + level.others.length,
    [...level.loose, ...level.others].slice(0, 3),
  ];
  const what =
    sides !== undefined
      ? `has pictures in ${sides.train.name}/, but no folder for each class in it: expected ${join(root, sides.train.name, 'cats', '1.jpg')} and the like, or a table with the columns path and label.`
      : files === 0
        ? `${
            level.folders.length === 0
              ? 'is empty'
              : `has folders (${level.folders
                  .slice(0, 3)
                  .map(({ name }) => `${name}/`)
                  .join(', ')}), but no pictures in them`
          }: expected a folder for each class with pictures in it, such as ${join(root, 'cats', '1.jpg')}.`
        : `has ${counted(files, 'file')} (${shown.join(', ')}${files > 3 ? ', ...' : ''}) but no folders with files in them: expected a folder for each class, or a table (CSV) with the columns path and label.`;
  return new UserError([`${root.replace(/\/$/, '')} ${what}`, ...more].join(' '));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
