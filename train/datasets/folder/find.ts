// Finds the pictures of a folder and their labels, by how it is laid out.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import { isCsv, readCsv } from './csv.ts';
import type { FileProblem } from './findings.ts';
import { byCodePoint, codeOf, isJunk, listFiles } from './list-files.ts';
import type { Found, Listing } from './listing.ts';

const TRAIN = ['train', 'training'];
const TEST = ['valid', 'val', 'validation', 'test', 'testing'];

/**
 * Finds the pictures under `path`, which is a CSV of paths and labels, or a folder with such a CSV in it, with
 * `train/class/file` and `valid/class/file`, or with `class/file`. Folders within a class belong to the class.
 * @throws UserError if there is nothing of the kind, with what there is.
 */
export function findPictures(path: string): Listing {
  if (!isFolder(path)) {
    if (isCsv(path)) return listCsv(path, []);
    throw new UserError(
      `${path} is a file: expected a folder of pictures, or a CSV with the columns path and label.`,
    );
  }
  const names = namesIn(path);
  const folders = names.filter((name) => isFolder(join(path, name)));
  const sideOf = (wanted: readonly string[]) =>
    wanted.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name))[0];
  const [train, test] = [sideOf(TRAIN), sideOf(TEST)];
  if (train !== undefined && test !== undefined) return listSides(path, train, test, folders);
  const { csv, notes } = csvAmong(path, names);
  if (csv !== undefined) return csv;
  if (train !== undefined && folders.length === 1 && namesIn(join(path, train)).length > 0)
    return listClasses(join(path, train), notes);
  return listClasses(path, notes);
}

/** @param notes - Of CSV files that list no pictures. */
function listClasses(root: string, notes: readonly string[]): Listing {
  const { files, problems } = listFiles(root);
  const inClasses = files.filter((file) => file.includes('/'));
  const loose = files.filter((file) => !file.includes('/'));
  if (inClasses.length === 0)
    throw new UserError(
      files.length === 0
        ? `${root} is empty: expected a folder for each class with pictures in it, such as ${join(root, 'cats', '1.jpg')}.`
        : `${root} has ${files.length} files (${loose.slice(0, 3).join(', ')}${loose.length > 3 ? ', ...' : ''}) but no folders with files in them: expected a folder for each class, or a CSV with the columns path and label.${notes.map((note) => ` ${note}`).join('')}`,
    );
  return {
    root,
    layout: 'classes',
    found: inClasses.map((file) => ({ path: file, label: labelOf(file, 0), split: undefined })),
    problems: [
      ...problems,
      ...loose.map((file) => ({ path: file, reason: 'in no class folder, so it has no label' })),
    ],
    notes,
  };
}

function listSides(root: string, train: string, test: string, folders: readonly string[]): Listing {
  const problems: FileProblem[] = [];
  const sides = { train, test };
  const found = (['train', 'test'] as const).flatMap((split) => {
    const listed = listFiles(join(root, sides[split]));
    problems.push(...listed.problems.map((each) => ({ ...each, path: `${sides[split]}/${each.path}` })));
    return listed.files.flatMap((file): Found[] => {
      const path = `${sides[split]}/${file}`;
      if (file.includes('/')) return [{ path, label: labelOf(path, 1), split }];
      problems.push({ path, reason: 'in no class folder, so it has no label' });
      return [];
    });
  });
  if (found.length === 0)
    throw new UserError(
      `${join(root, train)} and ${join(root, test)} have no folders with files in them: expected ${join(root, train, 'cats', '1.jpg')} and the like.`,
    );
  const others = folders.filter((name) => name !== train && name !== test);
  return {
    root,
    layout: 'train-and-valid',
    found,
    problems,
    notes:
      others.length === 0 ? [] : [`Not looked at, beside ${train}/ and ${test}/: ${others.join('/, ')}/.`],
  };
}

function listCsv(path: string, others: readonly string[]): Listing {
  const root = dirname(path);
  const csv = readCsv(path);
  const problems: FileProblem[] = [...csv.problems];
  const seen = new Set<string>();
  const found = csv.found.filter(({ path: file }) => {
    const reason = seen.has(file)
      ? `listed more than once in ${basename(path)}`
      : existsSync(join(root, file))
        ? undefined
        : `listed in ${basename(path)}, but not there`;
    seen.add(file);
    if (reason !== undefined) problems.push({ path: file, reason });
    return reason === undefined;
  });
  if (found.length === 0)
    throw new UserError(
      csv.found.length === 0
        ? `${path} lists no picture with a label.${problems[0] ? ` ${problems[0].path} ${problems[0].reason}.` : ''}`
        : `None of the ${csv.found.length} files that ${path} lists is there; paths are relative to ${root}, and the first is ${JSON.stringify(csv.found[0]?.path ?? '')}.`,
    );
  const notes = others.length === 0 ? [] : [`Not looked at, beside ${basename(path)}: ${others.join(', ')}.`];
  return { root, layout: 'csv', found, problems, notes };
}

/** The CSV of a folder: the only one that lists pictures. Of one that lists none, the notes say why. */
function csvAmong(
  root: string,
  names: readonly string[],
): { csv: Listing | undefined; notes: readonly string[] } {
  const files = names.filter((name) => isCsv(name) && !isFolder(join(root, name)));
  const notes: string[] = [];
  const listings = files.flatMap((name) => {
    try {
      return [
        listCsv(
          join(root, name),
          files.filter((other) => other !== name),
        ),
      ];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notes.push(`Not taken as a list of pictures: ${error.message}`);
      return [];
    }
  });
  if (listings.length <= 1) return { csv: listings[0], notes };
  throw new UserError(
    `${root} has several CSV files that list pictures (${files.join(', ')}): name one, such as ${join(root, files[0] ?? '')}.`,
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !isJunk(name))
      .sort(byCodePoint);
  } catch (error) {
    throw new UserError(`${folder} cannot be read: ${codeOf(error)}.`);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** A folder's name as the label; composed, since some systems write é as e and an accent. */
function labelOf(path: string, depth: number): string {
  return (path.split('/')[depth] ?? '').normalize('NFC');
}
