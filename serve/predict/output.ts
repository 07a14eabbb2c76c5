// The file of predictions: appends after the last complete row, so that an interrupted run loses nothing.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { messageOf, UserError } from '../../models/errors.ts';
import { linesOf } from './lines.ts';
import { type FilePrediction, nameInRow, type RowFormat, type RowRead } from './rows.ts';

export interface PredictionFile {
  /** Files that had a row when it was opened. */
  readonly done: number;
  has(file: string): boolean;
  /** Whether the row of this file has an error instead of a prediction. */
  hasFailed(file: string): boolean;
  write(outcomes: readonly FilePrediction[]): Promise<void>;
  /** Every file has a row now. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of predictions.
 *
 * @param fresh - replaces an existing file.
 * @throws UserError when its rows have other columns or are from another model.
 */
export async function openPredictionFile(
  path: string,
  newest: RowFormat,
  fresh: boolean,
): Promise<PredictionFile> {
  const { failed, bytes, format } = fresh
    ? { failed: new Map<string, boolean>(), bytes: 0, format: newest }
    : await readRows(path, newest);
  const notWritten = (error: unknown) => {
    throw new UserError(
      `${path} cannot be written: ${messageOf(error)}. Its complete rows are kept: the same command goes on with them.`,
    );
  };
  const file = await open(path, bytes === 0 ? 'w' : 'r+').catch(notWritten);
  let at = bytes;

  /** A disk that gets full takes a part, and says at the next call that it is full. */
  async function append(text: string): Promise<void> {
    const rows = Buffer.from(text);
    for (let done = 0; done < rows.length; ) {
      const { bytesWritten } = await file.write(rows, done, undefined, at).catch(notWritten);
      done += bytesWritten;
      at += bytesWritten;
    }
  }

  try {
    await file.truncate(bytes).catch(notWritten);
    if (bytes === 0) await append(format.header);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    done: failed.size,
    has: (name) => failed.has(nameInRow(name, format)),
    hasFailed: (name) => failed.get(nameInRow(name, format)) === true,
    write: (outcomes) => append(outcomes.map(format.row).join('')),
    finish: async () => {},
    close: () => file.close(),
  };
}

/**
 * The files in the complete rows, each with whether it has an error, the bytes of these rows, and their format. A row
 * that was not written completely has no line feed.
 */
async function readRows(
  path: string,
  newest: RowFormat,
): Promise<{ failed: Map<string, boolean>; bytes: number; format: RowFormat }> {
  let format = newest;
  const failed = new Map<string, boolean>();
  if (((await stat(path).catch(() => undefined))?.size ?? 0) === 0) return { failed, bytes: 0, format };
  let bytes = 0;
  let first = format.header !== '';
  for await (const { text: line, ended } of linesOf(createReadStream(path))) {
    if (!ended) break;
    bytes += Buffer.byteLength(line) + 1;
    if (first && `${line}\n` === format.older?.header) format = format.older;
    if (first && `${line}\n` !== format.header) {
      throw new UserError(
        `${path} has the columns ${line.slice(0, 80)}, not ${format.header.trim()}: name another file with --out, or begin anew with --fresh`,
      );
    }
    if (!first) {
      const row = readRow(line, path, format);
      failed.set(row.file, row.failed);
    }
    first = false;
  }
  return { failed, bytes, format };
}

/** @throws UserError when it is no row of predictions, or one of another model. */
export function readRow(line: string, path: string, format: RowFormat): RowRead {
  let row: RowRead | undefined;
  try {
    row = format.read(line);
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  }
  if (row !== undefined) return row;
  throw new UserError(`${path} is no file of predictions; its line ${line.slice(0, 80)} names no file`);
}
