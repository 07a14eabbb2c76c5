// One row of predictions for each file, as CSV or as JSON lines, and the names of the files back out of it.
import { extname } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { Ranked } from '../engine/rank.ts';

/** What became of a file. */
export type Outcome = { readonly file: string } & (
  | { readonly predictions: readonly Ranked[] }
  /** Why it has none. */
  | { readonly error: string }
);

export interface Format {
  /** First line of a file; empty where there is none. */
  readonly header: string;
  /** A line, with its end. */
  row(outcome: Outcome): string;
  /** The file that a whole line is about. */
  fileOf(line: string): string | undefined;
}

/**
 * The format that a file's ending names: `.csv`, or `.jsonl`.
 *
 * @param model - `name/version`, in every row.
 * @param top - predictions in a row.
 * @throws UserError for another ending.
 */
export function formatOf(path: string, model: string, top: number): Format {
  switch (extname(path).toLowerCase()) {
    case '.csv':
      return csv(model, top);
    case '.jsonl':
    case '.ndjson':
      return jsonLines(model);
    default:
      throw new UserError(`--out: received ${path}, expected a file that ends in .csv or .jsonl`);
  }
}

function jsonLines(model: string): Format {
  return {
    header: '',
    row(outcome) {
      if ('error' in outcome)
        return `${JSON.stringify({ file: outcome.file, model, error: outcome.error })}\n`;
      const predictions = outcome.predictions.map(({ label, probability }) => ({ label, probability }));
      return `${JSON.stringify({ file: outcome.file, model, ...predictions[0], predictions })}\n`;
    },
    fileOf(line) {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || !('file' in value)) return undefined;
      if ('model' in value && value.model !== model) throw otherModel(String(value.model), model);
      return String(value.file);
    },
  };
}

/** Reference: RFC 4180, with line feeds alone. */
function csv(model: string, top: number): Format {
  const places = Array.from({ length: top }, (_, i) => (i === 0 ? '' : `_${i + 1}`));
  const columns = [
    'file',
    'model',
    ...places.flatMap((place) => [`label${place}`, `probability${place}`]),
    'error',
  ];
  return {
    header: `${columns.join(',')}\n`,
    row(outcome) {
      const found = 'predictions' in outcome ? outcome.predictions : [];
      const cells = places.flatMap((_, i) => [found[i]?.label ?? '', String(found[i]?.probability ?? '')]);
      const error = 'error' in outcome ? outcome.error : '';
      return `${[outcome.file, model, ...cells, error].map(quoted).join(',')}\n`;
    },
    fileOf(line) {
      const [file, its] = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)?.map(unquoted) ?? [];
      if (its !== model) throw otherModel(String(its), model);
      return file;
    },
  };
}

/** A line break in a name would be one in the file: lines are what tells where to go on. */
function quoted(cell: string): string {
  const line = cell.replace(/\r?\n|\r/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}

function unquoted(cell: string): string {
  const bare = cell.replace(/,$/, '');
  return bare.startsWith('"') ? bare.slice(1, -1).replaceAll('""', '"') : bare;
}

/** The name of a file as its row has it. */
export function nameInRow(file: string, format: Format): string {
  return format.header === '' ? file : file.replace(/\r?\n|\r/g, ' ');
}

function otherModel(theirs: string, ours: string): UserError {
  return new UserError(
    `its rows are of the model ${theirs}, not ${ours}: name another file with --out, or begin anew with --fresh`,
  );
}
