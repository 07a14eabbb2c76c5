// Rows of predictions, one for each file, as CSV or as JSON lines: written, and read again to go on after an interruption.
import { extname } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { Familiarity } from '../../models/novelty.ts';
import type { Prediction } from '../../models/rank.ts';

/** So many files, and less, have their predictions on the terminal; more are for a file. */
export const FEW = 10;

/** The result for a file. */
export type FilePrediction = { readonly file: string } & (
  | ({ readonly predictions: readonly Prediction[] } & Partial<Familiarity>)
  /** Why it has no predictions. */
  | { readonly error: string }
);

/** What is known of a file from its row. */
export interface RowRead {
  readonly file: string;
  /** Whether it has an error instead of a prediction. */
  readonly failed: boolean;
}

export interface RowFormat {
  /** First line of a file; empty when the format has none. */
  readonly header: string;
  /** A line, with its line feed. */
  row(outcome: FilePrediction): string;
  /** Reads a whole line; undefined when it is not a row of predictions. */
  read(line: string): RowRead | undefined;
  /** How an earlier version wrote rows, which did not say which weights answered; where that differs in the header. */
  readonly older?: RowFormat;
}

/** The model whose answers rows are. */
export interface RowModel {
  /** `name/version`. */
  readonly name: string;
  /** What its weights and labels are, in a few letters: another file can have its name. */
  readonly digest: string;
  /** Whether its answers say how strange a picture is. */
  readonly novelty?: boolean;
}

type MakeFormat = (model: RowModel, top: number) => RowFormat;

const formats: Readonly<Record<string, MakeFormat>> = {
  '.csv': csv,
  '.jsonl': jsonLines,
  '.ndjson': jsonLines,
};

/**
 * The format for a file's ending.
 *
 * @param model - in every row.
 * @param top - predictions in a row.
 * @throws UserError when it ends neither in `.csv` nor in `.jsonl`.
 */
export function rowFormatOf(path: string, model: RowModel, top: number): RowFormat {
  return formatOf(path)(model, top);
}

/** Whether a file is one of Parquet, by its ending. */
export const isParquet = (path: string): boolean => extname(path).toLowerCase() === '.parquet';

/** @throws UserError when a file ends neither in `.csv` nor in `.jsonl`. */
function formatOf(path: string): MakeFormat {
  const format = formats[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new UserError(
    `--out takes a file that ends in .csv, .jsonl or .parquet; received ${JSON.stringify(path)}.`,
  );
}

/** @throws UserError when a file ends in none of `.csv`, `.jsonl` and `.parquet`. */
export function checkEnding(path: string): void {
  if (!isParquet(path)) formatOf(path);
}

/** A file's predictions for JSON: the best one, then all of them; or the error. */
export function answerOf(
  outcome: FilePrediction,
): { readonly file: string } & Readonly<Record<string, unknown>> {
  if ('error' in outcome) return { file: outcome.file, error: outcome.error };
  const { file, known, novelty } = outcome;
  const predictions = outcome.predictions.map(({ label, probability }) => ({ label, probability }));
  return { file, ...predictions[0], predictions, ...(known !== undefined && { known, novelty }) };
}

function jsonLines({ name: model, digest }: RowModel): RowFormat {
  return {
    header: '',
    row(outcome) {
      const { file, ...answer } = answerOf(outcome);
      return `${JSON.stringify({ file, model, digest, ...answer })}\n`;
    },
    read(line) {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || !('file' in value)) return undefined;
      if ('model' in value && value.model !== model) throw otherModel(String(value.model), model);
      if ('digest' in value && value.digest !== digest) throw otherWeights(model);
      return { file: String(value.file), failed: 'error' in value };
    },
  };
}

function csv(model: RowModel, top: number): RowFormat {
  return { ...columnsOf(model, top, true), older: columnsOf(model, top, false) };
}

/** Reference: RFC 4180, with line feeds alone. */
function columnsOf(
  { name: model, digest, novelty = false }: RowModel,
  top: number,
  withDigest: boolean,
): RowFormat {
  const places = Array.from({ length: top }, (_, i) => (i === 0 ? '' : `_${i + 1}`));
  const columns = [
    'file',
    'model',
    ...places.flatMap((place) => [`label${place}`, `probability${place}`]),
    'error',
    ...(novelty ? ['known', 'novelty'] : []),
    ...(withDigest ? ['digest'] : []),
  ];
  const last = withDigest ? [digest] : [];
  return {
    header: `${columns.join(',')}\n`,
    row(outcome) {
      const found = 'predictions' in outcome ? outcome.predictions : [];
      const cells = places.flatMap((_, i) => [found[i]?.label ?? '', String(found[i]?.probability ?? '')]);
      const error = 'error' in outcome ? outcome.error : '';
      const strange = 'predictions' in outcome ? [outcome.known, outcome.novelty].map(String) : ['', ''];
      return `${[outcome.file, model, ...cells, error, ...(novelty ? strange : []), ...last].map(quoted).join(',')}\n`;
    },
    read(line) {
      const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)?.map(unquoted) ?? [];
      const [file, its] = cells;
      if (its !== model) throw otherModel(String(its), model);
      if (withDigest && cells[columns.length - 1] !== digest) throw otherWeights(model);
      return file === undefined ? undefined : { file, failed: cells[columns.indexOf('error')] !== '' };
    },
  };
}

/** A line break in a name becomes a space: each row must be one line. */
function quoted(cell: string): string {
  const line = cell.replace(/\r?\n|\r/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}

function unquoted(cell: string): string {
  const bare = cell.replace(/,$/, '');
  return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
}

/** The name of a file in its row. */
export function nameInRow(file: string, format: RowFormat): string {
  return format.header === '' ? file : file.replace(/\r?\n|\r/g, ' ');
}

function otherModel(theirs: string, ours: string): UserError {
  return new UserError(
    `its rows are of the model ${theirs}, not ${ours}: name another file with --out, or begin anew with --fresh`,
  );
}

function otherWeights(model: string): UserError {
  return new UserError(
    `its rows are of another ${model}, with other weights or labels: name another file with --out, or begin anew with --fresh`,
  );
}
