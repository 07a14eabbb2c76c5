// The embeddings of files as a NumPy array with a table of their paths, or as Parquet. Rows are written as they come, under another
// name, which becomes the file's own when all are there.
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { messageOf, UserError } from '../../models/errors.ts';

/** A picture and its embedding. */
export interface EmbeddedFile {
  readonly file: string;
  /** float32 `[F]`, of one length in all. */
  readonly embedding: Float32Array;
}

export interface EmbeddingFile {
  write(rows: readonly EmbeddedFile[]): Promise<void>;
  /** All rows are there: the file has its name now. */
  finish(): Promise<void>;
  /** Leaves nothing behind, unless it is finished. */
  close(): Promise<void>;
}

const FORMATS: Readonly<Record<string, (path: string) => Promise<EmbeddingFile>>> = {
  '.npy': openNpy,
  '.parquet': openParquet,
};

/** @throws UserError when its ending is of no format. */
export function checkEmbeddingEnding(path: string): void {
  if (Object.hasOwn(FORMATS, extname(path).toLowerCase())) return;
  throw new UserError(
    `--out takes a file that ends in ${Object.keys(FORMATS).join(' or ')}; received ${JSON.stringify(path)}.`,
  );
}

/** @throws UserError when it cannot be written. */
export async function openEmbeddingFile(path: string): Promise<EmbeddingFile> {
  checkEmbeddingEnding(path);
  const file = await FORMATS[extname(path).toLowerCase()]?.(path).catch(notWritten(path));
  if (file === undefined) throw new Error(`${path} has no format`);
  return {
    write: (rows) => file.write(rows).catch(notWritten(path)),
    finish: () => file.finish().catch(notWritten(path)),
    close: file.close,
  };
}

/** The table beside an array: `features.csv` of `features.npy`. */
export const namesOf = (path: string) => `${path.slice(0, -extname(path).length)}.csv`;

const notWritten = (path: string) => (error: unknown) => {
  throw new UserError(`${path} cannot be written: ${messageOf(error)}.`);
};

/** Bytes before the first number: room for a shape of any size. */
const HEADER = 128;

/**
 * The head of an array `[rows,width]` float32, in rows.
 * Reference: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0.
 */
function npyHeader(rows: number, width: number): Buffer {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${width}), }`;
  const header = Buffer.alloc(HEADER, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(HEADER - 10, 8);
  header.write(description, 10);
  header[HEADER - 1] = '\n'.charCodeAt(0);
  return header;
}

async function openNpy(path: string): Promise<EmbeddingFile> {
  const names = namesOf(path);
  const parts = await openParts([path, names]);
  const [array, table] = parts.files;
  if (array === undefined || table === undefined) throw new Error('a file is missing');
  let [rows, width] = [0, 0];
  await array.appendFile(npyHeader(0, 0));
  await table.appendFile('path\n');
  return {
    async write(all) {
      for (const { embedding } of all) width = embedding.length;
      rows += all.length;
      await array.appendFile(Buffer.concat(all.map(({ embedding }) => bytesOf(embedding))));
      await table.appendFile(all.map(({ file }) => `${quoted(file)}\n`).join(''));
    },
    async finish() {
      const header = npyHeader(rows, width);
      await array.write(header, 0, header.length, 0);
      await parts.finish();
    },
    close: parts.close,
  };
}

/** Files under other names until they are whole. The last gets its own name first: that of the array says that all is there. */
async function openParts(paths: readonly string[]) {
  const files: FileHandle[] = [];
  const partOf = (path: string) => `${path}.part`;
  const remove = () => Promise.all(paths.map((path) => rm(partOf(path), { force: true })));
  for (const path of paths) files.push(await open(partOf(path), 'w'));
  return {
    files,
    async finish() {
      for (const file of files) await file.close();
      for (const path of paths.toReversed()) await rename(partOf(path), path);
    },
    async close() {
      for (const file of files) await file.close();
      await remove();
    },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Reference: RFC 4180. */
const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Numbers in memory at a time, a group of the file: 16 MB as float32. */
const GROUP = 4_000_000;

async function openParquet(path: string): Promise<EmbeddingFile> {
  const part = `${path}.part`;
  const writer = new ParquetWriter({
    writer: fileWriter(part),
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'embedding', converted_type: 'LIST', repetition_type: 'REQUIRED', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
    ],
    createdBy: 'trainyard',
  });
  let group: EmbeddedFile[] = [];
  let held = 0;
  async function writeGroup(): Promise<void> {
    const all = group;
    [group, held] = [[], 0];
    if (all.length === 0) return;
    await writer.write({
      columnData: [
        { name: 'path', data: all.map(({ file }) => file) },
        { name: 'embedding', data: all.map(({ embedding }) => Array.from(embedding)) },
      ],
      rowGroupSize: all.length,
    });
  }
  return {
    async write(rows) {
      for (const row of rows) {
        group.push(row);
        held += row.embedding.length;
        if (held >= GROUP) await writeGroup();
      }
    },
    async finish() {
      await writeGroup();
      await writer.finish();
      await rename(part, path);
    },
    close: () => rm(part, { force: true }),
  };
}
