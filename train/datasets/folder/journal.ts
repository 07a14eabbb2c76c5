// The pictures that are prepared so far, on disk: what an interrupted preparation has made is not made again.
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAll } from '../../files/write-whole.ts';
import { readBytes } from '../dataset.ts';
import { type Entry, entrySchema } from './index-file.ts';

const lineSchema = z.object({
  entry: entrySchema,
  /** SHA-256 of the pixels, by which one that a failing machine has torn is known; empty where there are none. */
  pixels: z.string(),
});

export interface Journal {
  /** What was prepared before, each picture at its place in `path`. */
  readonly entries: readonly Entry[];
  /** The file of the pixels, one picture after another. */
  readonly path: string;
  /** Keeps a file: with its pixels, or, where it cannot be used, without. @returns the entry with its place in `path` */
  add(entry: Omit<Entry, 'place'>, pixels?: Uint8Array): Entry;
  close(): void;
}

/**
 * Opens the journal in `folder`, and what an earlier process has left of it there.
 * @param size - Bytes of a picture.
 */
export function openJournal(folder: string, size: number): Journal {
  const [path, list] = [join(folder, 'scratch'), join(folder, 'prepared.jsonl')];
  const scratch = openSync(path, constants.O_RDWR | constants.O_CREAT);
  const lines = openSync(list, 'a');
  const entries = readEntries(list, path, size);
  let next = entries.reduce((most, { place }) => Math.max(most, place + 1), 0);
  // The last line of before may have been cut off.
  if (entries.length > 0) writeAll(lines, list, Buffer.from('\n'));
  return {
    entries,
    path,
    add(entry, pixels) {
      const kept = { ...entry, place: pixels === undefined ? -1 : next++ };
      if (pixels !== undefined) writeAll(scratch, path, pixels, kept.place * size);
      const line = { entry: kept, pixels: pixels === undefined ? '' : sumOf(pixels) };
      writeAll(lines, list, Buffer.from(`${JSON.stringify(line)}\n`));
      return kept;
    },
    close() {
      closeSync(scratch);
      closeSync(lines);
    },
  };
}

/** The entries whose lines are whole and whose pixels are those that were written. */
function readEntries(list: string, path: string, size: number): Entry[] {
  const pixels = new Uint8Array(size);
  return readFileSync(list, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const { entry, pixels: sum } = parsed(line) ?? {};
      if (entry === undefined) return [];
      if (entry.place < 0) return [entry];
      try {
        readBytes(path, pixels, entry.place * size);
      } catch {
        return [];
      }
      return sumOf(pixels) === sum ? [entry] : [];
    });
}

function parsed(line: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
    // Stryker disable next-line BlockStatement: what returns nothing returns undefined
  } catch {
    return undefined;
  }
}

function sumOf(pixels: Uint8Array): string {
  return createHash('sha256').update(pixels).digest('hex');
}
