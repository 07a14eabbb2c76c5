// A table of pictures and their labels: read, its files found, and refused by row where it can be read in two ways.
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from '../../../../models/errors.ts';
import type { FileProblem } from '../findings.ts';
import { PICTURE } from '../kinds.ts';
import { codeOf } from '../list-files.ts';
import type { Found } from '../listing.ts';
import { sideOfName, sideOfWord } from '../sides.ts';
import { type Columns, columnsOf, namesPaths } from './columns.ts';
import { type Located, locateAll, unlisted } from './paths.ts';
import { csvRows, jsonRows, type Row } from './rows.ts';
import { isCertain, textOf } from './text.ts';

/** A table that lists pictures, but can be read in two ways: nothing else is looked for in its place. */
export class NotCertain extends UserError {}

export interface Table {
  /** Relative to the table's folder. */
  readonly found: readonly Found[];
  readonly problems: readonly FileProblem[];
  readonly notes: readonly string[];
  /** Which columns decide what, and what they leave out, in words that follow the table's name. */
  readonly decides: string;
  /** Why its labels may be none: then only a person who names the table can say that they are. */
  readonly doubt: string | undefined;
}

/** A row whose cells are read. */
interface Entry {
  readonly row: number;
  readonly file: string;
  readonly label: string;
  readonly side: ReturnType<typeof sideOfWord>;
}

/** Why a row can be read in two ways. */
interface Fault {
  readonly row: number;
  readonly reason: string;
}

/**
 * Reads a table of paths, relative to its folder, and labels: CSV, or JSON lines. Columns are found by their names;
 * without a header, a table has two, path and label. A column such as `split` (train, valid, test) or `is_valid` (True,
 * False) says what is for training and what for validation; what it keeps for a test is left out.
 * @throws UserError where it is no such table, or cannot be read for certain, by row
 */
export function readTable(path: string): Table {
  const root = dirname(path);
  const { text, isGuessed } = textOf(bytesOf(path), path);
  const isJson = /\.(jsonl|ndjson)$/i.test(path);
  const isThere = (cell: string) => locateAll(root, [cell]).located.some((each) => 'path' in each);
  const isHeadless = (cells: readonly string[]) =>
    cells.length > 1 && (isThere(cells[0] ?? '') || PICTURE.test(cells[0] ?? ''));
  const rows = isJson
    ? jsonRows(text, path)
    : csvRows(text, path, (cells) => namesPaths(cells) || isHeadless(cells));
  const [first = { number: 1, cells: [] }, ...others] = rows;
  const header = trimmed(first.cells);
  const columns = columnsOf(
    header,
    others.map(({ cells }) => cells),
    path,
  );
  if (columns !== undefined) return tableOf(path, { header, columns, rows: others, isGuessed });
  if (!isHeadless(header)) throw noColumns(path, header);
  const plain: Columns = { path: 0, label: 1, split: undefined, doubt: undefined };
  return tableOf(path, { header: NO_HEADER, columns: plain, rows, isGuessed });
}

/** What stands for the names of columns that have none. */
const NO_HEADER: readonly string[] = ['the first column', 'the second column'];

interface Parts {
  readonly header: readonly string[];
  readonly columns: Columns;
  readonly rows: readonly Row[];
  readonly isGuessed: boolean;
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
  problems.push(...unique.problems);
  faults.push(...unique.faults);
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
  return {
    found: listed.flatMap(({ side: own, path: file, label }): Found[] =>
      own === 'test' ? [] : [{ path: file, label, split: own === 'valid' ? 'test' : own }],
    ),
    problems,
    notes,
    decides: inWords(parts, { missing, left, tests }),
    doubt: parts.columns.doubt,
  };
}

/** A row's cells; or why they can be read in two ways. */
function entryOf({ number, cells }: Row, { header, columns, isGuessed }: Parts): Entry | Fault {
  const fault = (reason: string): Fault => ({ row: number, reason });
  const filled = trimmed(cells).length;
  if (filled > header.length)
    return fault(
      `${filled} cells where ${header.length} are expected (a label with a comma in it is written "cat, tabby"${header === NO_HEADER ? '; more than two columns need a first row with their names: path,label,split' : ''})`,
    );
  const cell = (index: number | undefined) => (index === undefined ? '' : (cells[index] ?? ''));
  const [file, word] = [cell(columns.path), cell(columns.split?.index)];
  const ones = typeof columns.label === 'number' ? [] : columns.label.filter((i) => Number(cell(i)) === 1);
  if (typeof columns.label !== 'number' && ones.length !== 1)
    return fault(`${ones.length} classes are 1: a picture has one label here`);
  const label = typeof columns.label === 'number' ? cell(columns.label) : (header[ones[0] ?? -1] ?? '');
  if (isGuessed && ![file, label].every(isCertain))
    return fault(`not UTF-8, and ${JSON.stringify(`${file}, ${label}`)} is not certain in another encoding`);
  if (`${file}${label}`.includes('\ufffd'))
    return fault(
      `${JSON.stringify(`${file}, ${label}`)} has lost a letter: another program wrote \ufffd for it`,
    );
  if (/^#(N\/A|REF!|NAME\?|VALUE!|DIV\/0!|NULL!|NUM!)$/i.test(label))
    return fault(`its label is an error of a spreadsheet, ${label}`);
  // A quote that is closed rows later makes one cell of all of them.
  if (/[\r\n]/.test(label) && /[\r\n].*[,;\t|]/s.test(label))
    return fault(
      `its label goes over several lines, ${JSON.stringify(label.slice(0, 40))}: a quote may be missing`,
    );
  const side = word === '' ? undefined : columns.split?.isTruth ? sideOfTruth(word) : sideOfWord(word);
  if (word !== '' && side === undefined)
    return fault(
      `${JSON.stringify(word)} is no side of a split: expected ${columns.split?.isTruth ? 'True or False' : 'train, valid or test'}`,
    );
  return { row: number, file, label: label.normalize('NFC'), side };
}

function sideOfTruth(word: string): Entry['side'] {
  if (/^(true|1|yes|y|t)$/i.test(word)) return 'valid';
  return /^(false|0|no|n|f)$/i.test(word) ? 'train' : sideOfWord(word);
}

/** A file that is there, with its row. */
interface Picture extends Entry {
  readonly path: string;
}

/** Each file once; two rows of a file that disagree are faults. */
function uniqueOf(
  entries: readonly Entry[],
  located: readonly Located[],
  name: string,
): { pictures: Picture[]; problems: FileProblem[]; faults: Fault[] } {
  const pictures = new Map<string, Picture>();
  const problems: FileProblem[] = [];
  const faults: Fault[] = [];
  for (const [i, entry] of entries.entries()) {
    const found = located[i] ?? { problem: 'not there' };
    if ('problem' in found) {
      problems.push({
        path: entry.file,
        reason: `listed in row ${entry.row} of ${name}, but ${found.problem}`,
      });
      continue;
    }
    const before = pictures.get(found.path);
    if (before === undefined) pictures.set(found.path, { ...entry, path: found.path });
    else if (before.label !== entry.label)
      faults.push({
        row: entry.row,
        reason: `${found.path} is ${JSON.stringify(entry.label)} here and ${JSON.stringify(before.label)} in row ${before.row}`,
      });
    else if (before.side !== entry.side)
      faults.push({
        row: entry.row,
        reason: `${found.path} is for ${entry.side ?? 'either side'} here and for ${before.side ?? 'either side'} in row ${before.row}`,
      });
    else problems.push({ path: found.path, reason: `listed more than once in ${name}` });
  }
  return { pictures: [...pictures.values()], problems, faults };
}

/** Without the empty cells at the end, which spreadsheets leave. */
function trimmed(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

function inWords(
  { header, columns, rows }: Parts,
  { missing, left, tests }: { missing: number; left: number; tests: number },
): string {
  const column = (index: number) => {
    const text = header[index] ?? '';
    return header === NO_HEADER ? text : `the column "${text}"`;
  };
  const label =
    typeof columns.label === 'number'
      ? column(columns.label)
      : `which of ${columns.label.length} columns is 1`;
  const split = columns.split === undefined ? '' : `, ${column(columns.split.index)} the sides`;
  return [
    `${counted(rows.length, 'row')}: ${label}, for the files of ${column(columns.path)}${split}.`,
    `${counted(missing, 'row')} without a picture, ${counted(left, 'picture')} without a row.`,
    ...(tests === 0
      ? []
      : [`${counted(tests, 'picture')} kept for a test: neither trained on nor validated with.`]),
  ].join(' ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${codeOf(error)}.`);
  }
}

function notCertain(path: string, faults: readonly Fault[]): NotCertain {
  const shown = [...faults].sort((a, b) => a.row - b.row).slice(0, 5);
  const more = faults.length - shown.length;
  return new NotCertain(
    [
      `${path} cannot be read for certain:`,
      ...shown.map(({ row, reason }) => `  row ${row}: ${reason}`),
      ...(more === 0 ? [] : [`  and ${more} more`]),
      `Mend ${faults.length === 1 ? 'that row' : 'those rows'}${faults.some(({ reason }) => reason.startsWith('not UTF-8')) ? ', or save the table as "CSV UTF-8"' : ''}: a label that is read wrong is learned wrong.`,
    ].join('\n'),
  );
}

function nothingThere(path: string, entries: readonly Entry[], problems: readonly FileProblem[]): UserError {
  const [problem, first] = [problems[0], entries[0]?.file ?? ''];
  if (entries.length === 0)
    return new UserError(
      `${path} lists no picture with a label.${problem ? ` ${problem.path} ${problem.reason}.` : ''}`,
    );
  const unclear = problems.find(
    ({ reason }) => !reason.endsWith('not there') && !reason.startsWith('has no'),
  );
  const more = /^https?:/.test(first)
    ? ' Fetch what is at these addresses first, and name the files.'
    : unclear === undefined
      ? ''
      : ` ${unclear.path}: ${unclear.reason}.`;
  return new UserError(
    `None of the ${entries.length} files that ${path} lists is there; paths are relative to ${dirname(path)}, and the first is ${JSON.stringify(first)}.${more}`,
  );
}

function noColumns(path: string, header: readonly string[]): UserError {
  const columns = header
    .slice(0, 12)
    .map((cell) => JSON.stringify(cell))
    .join(', ');
  return new UserError(
    `${path} has the columns ${columns || '(none)'}${header.length > 12 ? ', ...' : ''}; expected one called path, file or filename and one called label, class or category; or no header and two columns, paths relative to ${dirname(path)} and labels.`,
  );
}
