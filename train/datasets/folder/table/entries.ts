// The rows of a table as files, labels and sides; and why a row can be read in two ways.
import type { FileProblem } from '../findings.ts';
import { type Side, sideOfNumber, sideOfWord } from '../sides.ts';
import type { Columns, SplitColumn } from './columns.ts';
import { truthOf } from './flags.ts';
import type { Answers, Learned } from './learned.ts';
import type { Located } from './paths.ts';
import type { Row } from './rows.ts';
import { isCertain } from './text.ts';

/** A row whose cells are read. */
export interface Entry {
  readonly row: number;
  readonly file: string;
  readonly label: string;
  /** Of several labels or of numbers. */
  readonly answers?: Answers;
  /** What a column of groups says. */
  readonly group?: string;
  readonly side: Side | undefined;
}

/** Why a row can be read in two ways. */
export interface Fault {
  readonly row: number;
  readonly reason: string;
}

/** What stands for the names of columns that have none. */
export const NO_HEADER: readonly string[] = ['the first column', 'the second column'];

export interface Parts {
  readonly header: readonly string[];
  readonly columns: Columns;
  readonly rows: readonly Row[];
  readonly isGuessed: boolean;
  readonly learned: Learned;
  /** The column of groups; undefined where there is none. */
  readonly group: number | undefined;
}

/** A row's cells; or why they can be read in two ways. */
export function entryOf(
  { number, cells }: Row,
  { header, columns, isGuessed, learned, group: groups }: Parts,
): Entry | Fault {
  const fault = (reason: string): Fault => ({ row: number, reason });
  const filled = trimmed(cells).length;
  if (filled > header.length)
    return fault(
      `${filled} cells where ${header.length} are expected (a label with a comma in it is written "cat, tabby"${header === NO_HEADER ? '; more than two columns need a first row with their names: path,label,split' : ''})`,
    );
  const cell = (index = -1) => cells[index] ?? '';
  const [file, word] = [cell(columns.path), cell(columns.split?.index)];
  const ones = typeof columns.label === 'number' ? [] : columns.label.filter((i) => Number(cell(i)) === 1);
  if (learned.task === 'single' && typeof columns.label !== 'number' && ones.length !== 1)
    return fault(`${ones.length} classes are 1: a picture has one label here`);
  const answers = learned.answersOf(cells);
  if (answers !== undefined && 'reason' in answers) return fault(answers.reason);
  const label = labelOf(cells, header, columns.label, learned, answers);
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
  const side = word === '' ? undefined : sideOf(word, columns.split?.as);
  if (word !== '' && side === undefined)
    return fault(
      `${JSON.stringify(word)} is no side of a split: expected ${columns.split?.as === 'truth' ? 'True or False' : 'train, valid or test'}`,
    );
  const group = cell(groups);
  return {
    ...{ row: number, file, label: label.normalize('NFC'), side },
    ...(answers && { answers }),
    ...(group !== '' && { group }),
  };
}

/** The label as it is said of a row; empty where it has none. */
function labelOf(
  cells: readonly string[],
  header: readonly string[],
  column: Columns['label'],
  { task, names }: Learned,
  answers: Answers | undefined,
): string {
  if (typeof column === 'number') return cells[column] ?? '';
  if (task === 'single') return header[column.find((i) => Number(cells[i]) === 1) ?? -1] ?? '';
  if (task === 'regression') return answers === undefined ? '' : answers.join(' ');
  // Zeros alone say that a picture has none of the labels.
  return answers === undefined || answers.length === 0 ? `none of ${names?.length}` : answers.join('|');
}

function sideOf(word: string, as: SplitColumn['as'] | undefined): Entry['side'] {
  if (as === 'numbers') return sideOfNumber(word);
  const isValid = as === 'truth' ? truthOf(word) : undefined;
  return isValid === undefined ? sideOfWord(word) : isValid ? 'valid' : 'train';
}

/** A file that is there, with its row. */
export interface Picture extends Entry {
  readonly path: string;
}

/** Each file once; two rows of a file that disagree are faults. */
export function uniqueOf(
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
export function trimmed(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}
