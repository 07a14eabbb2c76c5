// The rows of a table of text: CSV as RFC 4180 has it, with any of four separators, or JSON lines. A row's number is what
// a spreadsheet shows beside it: the header is row 1, and an empty line counts.
import { CsvError, parse } from 'csv-parse/sync';
import { UserError } from '../../../../models/errors.ts';
import { NotCertain } from './not-certain.ts';

export interface Row {
  /** As a spreadsheet counts: from 1, header and empty lines included. */
  readonly number: number;
  readonly cells: readonly string[];
}

const SEPARATORS = [',', ';', '\t', '|'];

/** Excel's own first line, which names the separator. */
const SEPARATOR_LINE = /^"?sep=(.)"?(?=[\r\n]|$)/i;

/**
 * The rows of a CSV without empty ones; spaces around cells are dropped.
 * @param isFirst - whether cells can be the first row of the table; of the separators the first is taken that gives such.
 * @throws UserError for quotes that do not fit, with the row
 */
export function csvRows(text: string, path: string, isFirst: (cells: readonly string[]) => boolean): Row[] {
  const named = SEPARATOR_LINE.exec(text)?.[1];
  // The line stays, empty, so that rows keep their numbers.
  const rest = text.replace(SEPARATOR_LINE, '');
  const separators = /\.tsv$/i.test(path) ? ['\t', ...SEPARATORS] : SEPARATORS;
  const separator = named ?? separatorOf(rest, separators, isFirst);
  try {
    return filled(parse(rest, optionsFor(separator)));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const records: unknown = error.records;
    throw new NotCertain(
      `${path}, row ${typeof records === 'number' ? records + 1 : '?'}: ${inWords(error.code)}`,
    );
  }
}

/** The separator that the first row shows; where several are possible, that which it has most of. */
function separatorOf(
  text: string,
  separators: readonly string[],
  isFirst: (cells: readonly string[]) => boolean,
): string {
  const firsts = separators.flatMap((separator) => {
    try {
      const [row] = filled(parse(firstLines(text), { ...optionsFor(separator), to: 50 }));
      return row === undefined ? [] : [{ separator, cells: row.cells }];
    } catch {
      return [];
    }
  });
  const certain = firsts.find(({ cells }) => isFirst(cells));
  const longest = firsts.reduce((best, next) => (next.cells.length > best.cells.length ? next : best), {
    separator: ',',
    cells: [] as readonly string[],
  });
  return (certain ?? longest).separator;
}

/** As much as a header and the lines above it may take. */
const firstLines = (text: string): string => text.slice(0, 100_000);

function optionsFor(delimiter: string) {
  return {
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    trim: true,
    relax_column_count: true,
    skip_empty_lines: false,
  };
}

function filled(records: readonly (readonly string[])[]): Row[] {
  let isTable = false;
  return records.flatMap((record, i): Row[] => {
    const cells = record.map((cell) => cell.trim());
    if (cells.every((cell) => cell === '')) return [];
    // A line above the table that is a remark: no path begins so.
    if (!isTable && cells[0]?.startsWith('#')) return [];
    isTable = true;
    return [{ number: i + 1, cells }];
  });
}

function inWords(code: string): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote that begins here is never closed.';
    case 'INVALID_OPENING_QUOTE':
      return 'a quote is in the middle of a cell. A cell with a quote in it is written "5"" nail".';
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return 'text follows the quote that closes a cell. A cell with a quote in it is written "5"" nail".';
    default:
      return `it cannot be read (${code}).`;
  }
}

/**
 * The rows of JSON lines, as Hugging Face's `metadata.jsonl`: first the names of all fields, then one row a line.
 * @throws UserError for a line that is no object, with its number
 */
export function jsonRows(text: string, path: string): Row[] {
  const objects = text
    .split(/\r\n|\n|\r/)
    .flatMap((line, i): { number: number; fields: Map<string, unknown> }[] => {
      if (line.trim() === '') return [];
      return [{ number: i + 1, fields: new Map(Object.entries(objectOf(line, `${path}, line ${i + 1}`))) }];
    });
  const names = [...new Set(objects.flatMap(({ fields }) => [...fields.keys()]))];
  const rows = objects.map(({ number, fields }) => ({
    number,
    cells: names.map((name) => cellOf(fields.get(name))),
  }));
  return [{ number: 0, cells: names }, ...rows];
}

function objectOf(line: string, where: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Said below.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UserError(
    `${where} is no JSON object: expected {"file_name": "1.jpg", "label": "cat"} on each line.`,
  );
}

/** Numbers and truth as they are written; lists and objects are no labels. */
function cellOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
