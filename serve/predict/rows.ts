// Rows of predictions, one for each file, as CSV or as JSON lines: written, and read again to go on after an interruption.
import { extname } from 'node:path';
import type { Answer } from '../../models/answer.ts';
import { UserError } from '../../models/errors.ts';
import type { Familiarity } from '../../models/novelty.ts';
import { shortNumbers } from '../../models/short-numbers.ts';
import { type AnswerColumns, type AnsweringModel, answerColumns } from './columns.ts';

/** So many files, and less, have their predictions on the terminal; more are for a file. */
export const FEW = 10;

/** The result for a file. */
export type FilePrediction = { readonly file: string } & (
  | (Answer &
      Partial<Familiarity> & {
        /** float32 `[F]`, where it was asked for. */
        readonly embedding?: Float32Array | undefined;
      })
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
export interface RowModel extends AnsweringModel {
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

/** A file's answer for JSON: the best label and all predictions, the labels, or the numbers, and an embedding; or the error. */
export function answerOf(
  outcome: FilePrediction,
): { readonly file: string } & Readonly<Record<string, unknown>> {
  if ('error' in outcome) return { file: outcome.file, error: outcome.error };
  const { file, known, novelty, task, embedding, ...answer } = outcome;
  // Rows of one label are as they were before there were tasks.
  const said = task === 'single' ? answer : { task, ...answer };
  return {
    ...{ file, ...said },
    ...(known !== undefined && { known, novelty }),
    ...(embedding && { embedding: shortNumbers(embedding) }),
  };
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
  const answers = answerColumns(model, top);
  return { ...columnsOf(model, answers, true), older: columnsOf(model, answers, false) };
}

/** Reference: RFC 4180, with line feeds alone. */
function columnsOf(
  { name: model, digest, novelty = false }: RowModel,
  answers: AnswerColumns,
  withDigest: boolean,
): RowFormat {
  const columns = [
    'file',
    'model',
    ...answers.columns.map(({ name }) => name),
    'error',
    ...(novelty ? ['known', 'novelty'] : []),
    ...(withDigest ? ['digest'] : []),
  ];
  const last = withDigest ? [digest] : [];
  return {
    header: `${columns.join(',')}\n`,
    row(outcome) {
      const cells = answers.columns.map(({ of }) =>
        String(('error' in outcome ? undefined : of(outcome)) ?? ''),
      );
      const error = 'error' in outcome ? outcome.error : '';
      const strange = 'error' in outcome ? ['', ''] : [outcome.known, outcome.novelty].map(String);
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
