// What is learned from the labels of a table: one class of each picture, several labels, or numbers.
import { counted } from '../../../../models/counted.ts';
import { UserError } from '../../../../models/errors.ts';
import type { Task } from '../../../tasks/task.ts';
import type { Columns } from './columns.ts';
import type { Row } from './rows.ts';

/** What a person says of a table's labels; all of it is found out where it is left out. */
export interface TableReading {
  readonly as?: Task | undefined;
  /** Names of the columns to learn. */
  readonly label?: readonly string[] | undefined;
  /** What is between several labels in a cell. */
  readonly delimiter?: string | undefined;
  /** What groups the pictures; a column of this name does. */
  readonly group?: string | undefined;
}

/** What a row's labels say: names of labels, or numbers. */
export type Answers = readonly string[] | readonly number[];

export interface Learned {
  readonly task: Task;
  /** Names in their order, where the columns are the labels or the numbers. */
  readonly names?: readonly string[];
  /** What a row's cells say; why they cannot be read; nothing for one class, or where a cell is empty. */
  answersOf(cells: readonly string[]): Answers | { readonly reason: string } | undefined;
  /** What was recognized, and how to have it otherwise: a sentence. */
  readonly says: string;
}

const BINARY = /^[01](\.0+)?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What may be between labels where nobody says it: in the name of one class neither is usual. */
const DELIMITERS = ['|', ';'];

/**
 * What a table's labels are. Whole numbers stay classes, since they may be numbers of classes; decimals are numbers.
 * @throws UserError where what is asked for does not fit the cells, or is not asked clearly
 */
export function learnedOf(
  path: string,
  header: readonly string[],
  { label }: Pick<Columns, 'label'>,
  rows: readonly Row[],
  reading: TableReading,
): Learned {
  if (typeof label !== 'number') return ofColumns(path, header, label, rows, reading);
  const name = header[label] ?? '';
  const cells = rows.flatMap(({ cells: own }) => own[label] || []);
  const { as, delimiter = delimiterOf(cells) } = reading;
  const areNumbers = cells.length > 0 && cells.every((cell) => NUMBER.test(cell));
  const areDecimals = areNumbers && cells.some((cell) => !Number.isInteger(Number(cell)));
  const found: Task =
    reading.delimiter !== undefined ? 'multi' : areDecimals ? 'regression' : delimiter ? 'multi' : 'single';
  const task = as ?? found;
  if (reading.delimiter !== undefined && task !== 'multi')
    throw new UserError(`--label-delimiter is for several labels: leave it out, or --as ${task}.`);
  if (task === 'regression') return numbers([name], [label], rows, path);
  if (task === 'multi') return severalIn(label, rows, delimiter ?? DELIMITERS[0] ?? '|');
  const says = areNumbers
    ? `The labels are numbers, ${new Set(cells).size} of them, and each is a class: --as regression learns them as numbers.`
    : '';
  return { task, answersOf: () => undefined, says };
}

/** The delimiter with which some cells say labels that others say, too. */
function delimiterOf(cells: readonly string[]): string | undefined {
  const distinct = [...new Set(cells)];
  return DELIMITERS.find((delimiter) => {
    const parts = distinct.map((cell) => partsOf(cell, delimiter));
    return parts.some(({ length }) => length > 1) && new Set(parts.flat()).size < parts.flat().length;
  });
}

function partsOf(cell: string, delimiter: string): string[] {
  const parts = cell.split(delimiter).map((part) => part.trim().normalize('NFC'));
  return [...new Set(parts.filter((part) => part !== ''))];
}

function severalIn(column: number, rows: readonly Row[], delimiter: string): Learned {
  const answersOf = (cells: readonly string[]) => partsOf(cells[column] ?? '', delimiter);
  return { task: 'multi', answersOf, says: severalInWords(rows.map(({ cells }) => answersOf(cells))) };
}

function severalInWords(rows: readonly (readonly string[])[]): string {
  const labels = new Set(rows.flat());
  const mean = rows.reduce((sum, { length }) => sum + length, 0) / rows.length;
  return `${counted(labels.size, 'label')}, ${mean.toFixed(1)} a picture: several labels. --as single takes one class of each.`;
}

/** Columns of zeros and ones, or of numbers. */
function ofColumns(
  path: string,
  header: readonly string[],
  columns: readonly number[],
  rows: readonly Row[],
  { as, delimiter }: TableReading,
): Learned {
  const names = columns.map((i) => header[i] ?? '');
  if (delimiter !== undefined)
    throw new UserError(
      `--label-delimiter is for labels in one column of ${path}; these are in ${names.length}: ${names.slice(0, 4).join(', ')}.`,
    );
  const areBinary = rows.every(({ cells }) => columns.every((i) => BINARY.test(cells[i] ?? '')));
  const present = (cells: readonly string[]) => names.filter((_, k) => Number(cells[columns[k] ?? -1]) === 1);
  const isOne = areBinary && rows.every(({ cells }) => present(cells).length === 1);
  const task = as ?? (areBinary ? (isOne ? 'single' : 'multi') : 'regression');
  if (task === 'regression') return numbers(names, columns, rows, path);
  if (!areBinary)
    throw new UserError(
      `${path} has cells other than 0 and 1 in ${names.slice(0, 4).join(', ')}: --as ${task} needs a column of zeros and ones for each label. --as regression learns numbers.`,
    );
  if (task === 'single') return { task, answersOf: () => undefined, says: '' };
  return { task, names, answersOf: present, says: severalInWords(rows.map(({ cells }) => present(cells))) };
}

function numbers(
  names: readonly string[],
  columns: readonly number[],
  rows: readonly Row[],
  path: string,
): Learned {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError(`${path} has two columns called ${twice}: rename one.`);
  const ranges = names.map((name, k) => {
    const values = rows.flatMap(({ cells }) => {
      const cell = cells[columns[k] ?? -1] ?? '';
      return NUMBER.test(cell) ? [Number(cell)] : [];
    });
    const [least, most] = values.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
    return `${name} ${least} to ${most}`;
  });
  return {
    task: 'regression',
    names,
    answersOf(cells) {
      const own = columns.map((i) => cells[i] ?? '');
      if (own.some((cell) => cell === '')) return undefined;
      const wrong = own.find((cell) => !NUMBER.test(cell) || !Number.isFinite(Math.fround(Number(cell))));
      return wrong === undefined
        ? own.map(Number)
        : { reason: `${JSON.stringify(wrong)} is no number, as 3.5 is one` };
    },
    says: `${counted(names.length, 'number')}, ${ranges.join(', ')}: regression.${names.length === 1 ? ' --as single makes each a class.' : ''}`,
  };
}
