// The embeddings of the pictures of a folder, kept for the next question: a file in the cache for each model and folder. First the
// rows, float32 `[n,F]` of length 1; then what they are of, as JSON, and its length: it is whole, or not there.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { unit } from './search.ts';

/** Changes with what embeddings are, and how they are written: earlier files are then made again. */
const FORMAT = 1;

/** What a picture was when it was embedded: a file of the same size and time is the same. */
const knownSchema = z.object({
  path: z.string(),
  size: z.number(),
  /** Milliseconds since 1970 when it was last written. */
  time: z.number(),
  /** Why it has no row. */
  error: z.string().optional(),
});

const footerSchema = z.object({ format: z.literal(FORMAT), width: z.int(), pictures: z.array(knownSchema) });

export type KnownPicture = z.infer<typeof knownSchema>;

export interface Stored {
  /** Numbers of a row; 0 while there is none. */
  readonly width: number;
  /** In the order of the rows, with those that have none among them. */
  readonly pictures: readonly KnownPicture[];
  /** Some rows after the other, in one array that is filled anew each time. */
  pieces(): Iterable<Float32Array>;
}

/** Bytes of the length of the JSON, float64, at the end. */
const TAIL = 8;

/** Bytes of rows in memory at a time. */
const PIECE = 4 * 1024 * 1024;

/**
 * The file for a model and what is searched.
 *
 * @param sha256 - of the model file.
 * @param paths - as they were named: the same folder by another name has other paths in it.
 */
export function storePath(cache: string, sha256: string, paths: readonly string[]): string {
  const key = JSON.stringify([FORMAT, sha256, resolve('.'), paths]);
  return join(cache, 'embeddings', `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.bin`);
}

/** What is kept; nothing where there is no such file, or it is damaged. */
export function readStore(path: string): Stored {
  const none = { width: 0, pictures: [], pieces: () => [] };
  try {
    const { size } = statSync(path);
    const tail = new DataView(readBytes(path, size - TAIL, TAIL));
    const length = tail.getFloat64(0, true);
    const text = new TextDecoder().decode(readBytes(path, size - TAIL - length, length));
    const { width, pictures } = footerSchema.parse(JSON.parse(text));
    const n = pictures.filter(({ error }) => error === undefined).length;
    if (n * width * 4 + length + TAIL !== size) return none;
    return { width, pictures, pieces: () => piecesOf(path, n, width) };
  } catch {
    return none; // it is made again
  }
}

function readBytes(path: string, at: number, length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, bytes, 0, length, at) !== length) throw new RangeError('the file is too short');
  } finally {
    closeSync(file);
  }
  return bytes.buffer;
}

function* piecesOf(path: string, n: number, width: number): Generator<Float32Array> {
  if (n === 0) return;
  const most = Math.max(1, Math.min(n, Math.floor(PIECE / (width * 4))));
  const rows = new Float32Array(most * width);
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < n; at += most) {
      const some = rows.subarray(0, Math.min(most, n - at) * width);
      readSync(file, some, 0, some.byteLength, at * width * 4);
      yield some;
    }
  } finally {
    closeSync(file);
  }
}

export interface StoreWriter {
  /** @param row - of any length; undefined for a picture with an error. */
  add(picture: KnownPicture, row: Float32Array | undefined): Promise<void>;
  /** It takes the place of what was kept. */
  finish(): Promise<void>;
  /** Leaves nothing behind, unless it is finished. */
  close(): Promise<void>;
}

/** Writes beside what is kept, which may be read meanwhile. */
export async function openStore(path: string): Promise<StoreWriter> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w');
  const pictures: KnownPicture[] = [];
  let width = 0;
  return {
    async add(picture, row) {
      pictures.push(picture);
      if (row === undefined) return;
      width = row.length;
      const { buffer, byteOffset, byteLength } = unit(row);
      await file.appendFile(Buffer.from(buffer, byteOffset, byteLength));
    },
    async finish() {
      const footer = { format: FORMAT, width, pictures } satisfies z.infer<typeof footerSchema>;
      const text = Buffer.from(JSON.stringify(footer));
      const tail = Buffer.alloc(TAIL);
      tail.writeDoubleLE(text.length);
      await file.appendFile(Buffer.concat([text, tail]));
      await file.close();
      await rename(part, path);
    },
    async close() {
      await file.close();
      await rm(part, { force: true });
    },
  };
}
