// Reads a table of paths and labels: CSV as RFC 4180 has it, separated by commas, semicolons or tabs.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import type { Found } from './find.ts';

/** What the columns may be called, in lower case. */
const NAMES = {
  path: ['path', 'file', 'filename', 'file_name', 'filepath', 'image', 'image_path', 'img', 'name', 'fname'],
  label: ['label', 'labels', 'class', 'category', 'target', 'y', 'tag'],
  split: ['split', 'set', 'subset', 'is_valid', 'valid'],
} as const;

const TRAIN = /^(train(ing)?|false|0|no)$/i;
const TEST = /^(valid(ation)?|val|test|true|1|yes)$/i;

/**
 * The pictures that a table lists. With a header, columns are found by name; without one, path and label are the
 * first two. A column such as `split` (train, valid) or `is_valid` (True, False) fixes sides.
 * @throws UserError for a table that has no such columns, with those that it has.
 */
export function readTable(path: string): Found[] {
  const [first = [], ...rest] = parseTable(readFileSync(path, 'utf8'));
  const header = first.map((cell) => cell.trim().toLowerCase());
  const columnOf = (kind: keyof typeof NAMES) =>
    header.findIndex((name) => new Set<string>(NAMES[kind]).has(name));
  let columns = { path: columnOf('path'), label: columnOf('label'), split: columnOf('split') };
  let rows = rest;
  if (columns.path < 0 || columns.label < 0) {
    if (first.length < 2 || !existsSync(join(dirname(path), first[0] ?? '')))
      throw new UserError(
        `${path} has the columns ${first.map((cell) => JSON.stringify(cell)).join(', ') || '(none)'}; expected one called ${NAMES.path.slice(0, 3).join(', ')} and one called ${NAMES.label.slice(0, 3).join(', ')}, or no header and paths in the first column, relative to ${dirname(path)}.`,
      );
    columns = { path: 0, label: 1, split: -1 };
    rows = [first, ...rest];
  }
  return rows
    .filter((row) => row.some((cell) => cell.trim() !== ''))
    .map((row, i) => {
      const [file, label] = [row[columns.path]?.trim() ?? '', row[columns.label]?.trim() ?? ''];
      const side = row[columns.split]?.trim() ?? '';
      if (file === '' || label === '')
        throw new UserError(
          `${path}: row ${i + 1} below the header has no ${file === '' ? 'path' : 'label'}: ${JSON.stringify(row.join(', '))}.`,
        );
      return {
        path: file.replaceAll('\\', '/'),
        label: label.normalize('NFC'),
        split: TRAIN.test(side) ? 'train' : TEST.test(side) ? 'test' : undefined,
      };
    });
}

/** Whether a file is called like a table. */
export const isTable = (path: string): boolean => /\.(csv|tsv)$/i.test(basename(path));

/** Rows of cells; a quoted cell may hold separators, line ends and doubled quotes. */
export function parseTable(text: string): string[][] {
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
