// The file of predictions: goes on behind the last whole row, so that a run that was cut off loses nothing.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { messageOf, UserError } from '../../models/errors.ts';
import { type Format, nameInRow, type Outcome } from './rows.ts';

export interface Output {
  /** Files that it had rows of when it was opened. */
  readonly done: number;
  has(file: string): boolean;
  write(outcomes: readonly Outcome[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of predictions.
 *
 * @param fresh - throws away what it has.
 * @throws UserError when its rows are of another kind or model.
 */
export async function openOutput(path: string, format: Format, fresh: boolean): Promise<Output> {
  const { names, bytes } = fresh ? { names: new Set<string>(), bytes: 0 } : await readRows(path, format);
  const file = await open(path, bytes === 0 ? 'w' : 'r+').catch((error: Error) => {
    throw new UserError(`${path} cannot be written: ${error.message}`);
  });
  await file.truncate(bytes);
  let at = bytes;

  async function append(text: string): Promise<void> {
    const { bytesWritten } = await file.write(text, at);
    at += bytesWritten;
  }

  if (bytes === 0) await append(format.header);
  return {
    done: names.size,
    has: (name) => names.has(nameInRow(name, format)),
    write: (outcomes) => append(outcomes.map(format.row).join('')),
    close: () => file.close(),
  };
}

/** Names in the whole rows of a file, and how many bytes these are: a row that was cut off has no line feed. */
async function readRows(path: string, format: Format): Promise<{ names: Set<string>; bytes: number }> {
  const names = new Set<string>();
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size === 0) return { names, bytes: 0 };
  let bytes = 0;
  let first = format.header !== '';
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    const end = bytes + Buffer.byteLength(line) + 1;
    if (end > size) break; // no line feed behind it
    bytes = end;
    if (first && `${line}\n` !== format.header) {
      throw new UserError(
        `${path} has the columns ${line.slice(0, 80)}, not ${format.header.trim()}: name another file with --out, or begin anew with --fresh`,
      );
    }
    if (!first) names.add(nameOf(line, path, format));
    first = false;
  }
  return { names, bytes };
}

function nameOf(line: string, path: string, format: Format): string {
  let name: string | undefined;
  try {
    name = format.fileOf(line);
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  }
  if (name !== undefined) return name;
  throw new UserError(`${path} is no file of predictions; its line ${line.slice(0, 80)} names no file`);
}
