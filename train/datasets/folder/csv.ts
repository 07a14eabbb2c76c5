// Reads a CSV of paths and labels, as RFC 4180 has it; separated by commas, semicolons or tabs.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import type { FileProblem } from './findings.ts';
import type { Found } from './listing.ts';

/** What the columns may be called, in lower case. */
const NAMES = {
  path: ['path', 'file', 'filename', 'file_name', 'filepath', 'image', 'image_path', 'img', 'name', 'fname'],
  label: ['label', 'labels', 'class', 'category', 'target', 'y', 'tag'],
  split: ['split', 'set', 'subset', 'is_valid', 'valid'],
} as const;

const TRAIN = /^(train(ing)?|false|0|no)$/i;
const TEST = /^(valid(ation)?|val|test|true|1|yes)$/i;

/** What a CSV lists, and the rows that are not usable. */
export interface CsvListing {
  readonly found: readonly Found[];
  readonly problems: readonly FileProblem[];
}

/**
 * The pictures that a CSV lists, their paths relative to its folder. With a header, columns are found by name; without
 * one, path and label are the first two. A column such as `split` (train, valid) or `is_valid` (True, False) says what is
 * for training and what for validation.
 * @throws UserError for a CSV that has no such columns, with those that it has.
 */
export function readCsv(path: string): CsvListing {
  const root = dirname(path);
  const [first = [], ...rest] = parseCsv(textOf(path));
  const header = first.map((cell) => cell.trim().toLowerCase());
  const columnOf = (kind: keyof typeof NAMES) =>
    header.findIndex((name) => new Set<string>(NAMES[kind]).has(name));
  let columns = { path: columnOf('path'), label: columnOf('label'), split: columnOf('split') };
  let rows = rest;
  if (columns.path < 0 || columns.label < 0) {
    if (first.length < 2 || !existsSync(join(root, pathIn(root, first[0] ?? ''))))
      throw new UserError(
        `${path} has the columns ${first.map((cell) => JSON.stringify(cell)).join(', ') || '(none)'}; expected one called ${NAMES.path.slice(0, 3).join(', ')} and one called ${NAMES.label.slice(0, 3).join(', ')}, or no header and paths in the first column, relative to ${root}.`,
      );
    columns = { path: 0, label: 1, split: -1 };
    rows = [first, ...rest];
  }
  const problems: FileProblem[] = [];
  const found = rows.flatMap((row, i): Found[] => {
    if (row.every((cell) => cell.trim() === '')) return [];
    const [file, label] = [row[columns.path]?.trim() ?? '', row[columns.label]?.trim() ?? ''];
    const side = row[columns.split]?.trim() ?? '';
    if (file === '' || label === '') {
      const where = `row ${i + 1} of ${basename(path)}`;
      problems.push(
        file === ''
          ? { path: where, reason: `has no path: ${JSON.stringify(row.join(', '))}` }
          : { path: file, reason: `has no label in ${where}` },
      );
      return [];
    }
    const split = TRAIN.test(side) ? 'train' : TEST.test(side) ? 'test' : undefined;
    return [{ path: pathIn(root, file), label: label.normalize('NFC'), split }];
  });
  return { found, problems };
}

/** A path in its one normal form, relative to the CSV's folder. */
function pathIn(root: string, file: string): string {
  const written = file.replaceAll('\\', '/');
  return posix.normalize(isAbsolute(written) ? relative(root, written) : written);
}

/** UTF-8, or the UTF-16 that spreadsheets call Unicode text. */
function textOf(path: string): string {
  const bytes = readFileSync(path);
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isWide ? 'utf16le' : 'utf8');
}

/** Whether a file is called like a CSV. */
export const isCsv = (path: string): boolean => /\.(csv|tsv)$/i.test(basename(path));

/** Rows of cells; a quoted cell may hold separators, line ends and doubled quotes. */
export function parseCsv(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(source);
  const rows: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], '', false];
  for (let i = 0; i < source.length; i++) {
    const letter = source[i] ?? '';
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (source[i + 1] === '"') cell += source[++i];
      else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === separator || letter === '\n') {
      row.push(cell.replace(/\r$/, ''));
      cell = '';
      if (letter === '\n') {
        rows.push(row);
        row = [];
      }
    } else cell += letter;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell.replace(/\r$/, '')]);
  return rows;
}

/** The separator that the first line has most of. */
function separatorOf(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const counts = [',', ';', '\t'].map((separator) => [separator, line.split(separator).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}
