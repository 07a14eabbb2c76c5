// A table of pictures and their labels: read, its files found, and refused by row where it can be read in two ways.
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { counted } from '../../../../models/counted.ts';
import { UserError } from '../../../../models/errors.ts';
import { isNamedAsPicture } from '../../../../models/image/file/names.ts';
import type { TargetTask } from '../../../tasks/task.ts';
import type { FileProblem } from '../findings.ts';
import { codeOf } from '../list-files.ts';
import type { Found } from '../listing.ts';
import { ONCE, sideOfName } from '../sides.ts';
import { type Columns, columnsOf, namesPaths } from './columns.ts';
import {
  type Entry,
  entryOf,
  type Fault,
  NO_HEADER,
  type Parts,
  type Picture,
  trimmed,
  uniqueOf,
} from './entries.ts';
import { learnedOf, type TableReading } from './learned.ts';
import { locateAll, unlisted } from './paths.ts';
import { noColumns, notCertain, nothingThere } from './refusals.ts';
import { csvRows, jsonRows } from './rows.ts';
import { textOf } from './text.ts';

export interface Table {
  /** What is learned, where that is not one class. */
  readonly task?: TargetTask | undefined;
  /** Names of the labels or the numbers in their order, where columns are these. */
  readonly names?: readonly string[] | undefined;
  /** Relative to the table's folder. */
  readonly found: readonly Found[];
  /** All pictures that it lists, those for a test among them. */
  readonly listed: readonly Picture[];
  readonly problems: readonly FileProblem[];
  readonly notes: readonly string[];
  /** Which columns decide what, and what they leave out, in words that follow the table's name. */
  readonly decides: string;
  /** Why its labels may be none: then only a person who names the table can say that they are. */
  readonly doubt: string | undefined;
}

/**
 * Reads a table of paths, relative to its folder, and labels: CSV, or JSON lines. Columns are found by their names;
 * without a header, a table has two, path and label. A column such as `split` (train, valid, test) or `is_valid` (True,
 * False) says what is for training, what for validation and what is the test.
 * @throws UserError where it is no such table, or cannot be read for certain, by row
 */
export function readTable(path: string, reading: TableReading = {}): Table {
  const root = dirname(path);
  const { text, isGuessed } = textOf(bytesOf(path), path);
  const isJson = /\.(jsonl|ndjson)$/i.test(path);
  const isThere = (cell: string) => locateAll(root, [cell]).located.some((each) => 'path' in each);
  const isHeadless = (cells: readonly string[]) =>
    cells.length > 1 && (isThere(cells[0] ?? '') || isNamedAsPicture(cells[0] ?? ''));
  const rows = isJson
    ? jsonRows(text, path)
    : csvRows(text, path, (cells) => namesPaths(cells) || isHeadless(cells));
  const [first = { number: 1, cells: [] }, ...others] = rows;
  const header = trimmed(first.cells);
  const columns = columnsOf(
    header,
    others.map(({ cells }) => cells),
    path,
    reading.label,
  );
  if (columns !== undefined) {
    const learned = learnedOf(path, header, columns, others, reading);
    const group = reading.group === undefined ? -1 : header.indexOf(reading.group);
    const known = group < 0 ? undefined : group;
    return tableOf(path, { header, columns, rows: others, isGuessed, learned, group: known });
  }
  if (!isHeadless(header)) throw noColumns(path, header);
  const plain: Columns = { path: 0, label: 1, split: undefined, doubt: undefined };
  const learned = learnedOf(path, NO_HEADER, plain, rows, reading);
  return tableOf(path, { header: NO_HEADER, columns: plain, rows, isGuessed, learned, group: undefined });
}

function tableOf(path: string, parts: Parts): Table {
  const [root, name] = [dirname(path), basename(path)];
  const problems: FileProblem[] = [];
  const faults: Fault[] = [];
  const entries = parts.rows.flatMap((row): Entry[] => {
    const entry = entryOf(row, parts);
    if ('reason' in entry) faults.push(entry);
    else if (entry.file === '')
      problems.push({
        path: `row ${row.number} of ${name}`,
        reason: `has no path: ${JSON.stringify(row.cells.join(', '))}`,
      });
    else if (entry.label === '')
      problems.push({ path: entry.file, reason: `has no label in row ${row.number} of ${name}` });
    else return [entry];
    return [];
  });
  const side = sideOfName(name.replace(/\.[^.]*$/, ''));
  const { located, notes } = locateAll(
    root,
    entries.map(({ file }) => file),
    (folder) => side !== undefined && sideOfName(folder) === side,
  );
  const unique = uniqueOf(entries, located, name);
  // Not spread into one call: a call has no place for a hundred thousand arguments.
  for (const problem of unique.problems) problems.push(problem);
  for (const fault of unique.faults) faults.push(fault);
  if (faults.length > 0) throw notCertain(path, faults);
  const hasValid = unique.pictures.some(({ side: own }) => own === 'valid');
  // Where no row says what is for validation, it is chosen.
  const listed = unique.pictures.map((each) =>
    each.side === 'train' && !hasValid ? { ...each, side: undefined } : each,
  );
  if (listed.length === 0) throw nothingThere(path, entries, problems);
  const tests = listed.filter(({ side: own }) => own === 'test').length;
  const missing = entries.length - located.filter((each) => 'path' in each).length;
  const left = unlisted(
    root,
    listed.map(({ path: file }) => file),
  );
  const { task, names, says } = parts.learned;
  return {
    ...(task !== 'single' && { task, names }),
    found: listed.map(
      ({ side: own, path: file, label, answers, group }): Found => ({
        path: file,
        label,
        ...(answers && { answers }),
        ...(group !== undefined && { group }),
        split: own,
      }),
    ),
    listed: unique.pictures,
    problems,
    notes,
    decides: [inWords(parts, { missing, left, tests }), says].filter((text) => text !== '').join(' '),
    doubt: parts.columns.doubt,
  };
}

function inWords(
  { header, columns, rows, learned }: Parts,
  { missing, left, tests }: { missing: number; left: number; tests: number },
): string {
  const column = (index: number) => {
    const text = header[index] ?? '';
    return header === NO_HEADER ? text : `the column "${text}"`;
  };
  const label =
    typeof columns.label === 'number'
      ? column(columns.label)
      : learned.task === 'regression'
        ? `the columns ${columns.label.map((i) => `"${header[i]}"`).join(', ')}`
        : `which of ${columns.label.length} columns ${learned.task === 'multi' ? 'are' : 'is'} 1`;
  const split =
    columns.split === undefined
      ? ''
      : `, ${column(columns.split.index)} the sides${columns.split.as === 'numbers' ? ' (0 train, 1 valid, 2 test)' : ''}`;
  return [
    `${counted(rows.length, 'row')}: ${label}, for the files of ${column(columns.path)}${split}.`,
    `${counted(missing, 'row')} without a picture, ${counted(left, 'picture')} without a row.`,
    ...(tests === 0 ? [] : [`${counted(tests, 'picture')} ${tests === 1 ? 'is' : 'are'} the test, ${ONCE}.`]),
  ].join(' ');
}

/** Whether a table would be taken if it were named: what is refused is not advised. */
export function isTakenIfNamed(path: string): boolean {
  try {
    readTable(path);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${codeOf(error)}.`);
  }
}
