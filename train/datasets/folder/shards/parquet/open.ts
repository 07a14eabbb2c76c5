// Opens a Parquet file: its metadata, or what it is instead.
import { closeSync, openSync, readSync } from 'node:fs';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { messageOf, UserError } from '../../../../../models/errors.ts';
import { detectFormat, isDecodable } from '../../../../../models/image/file/format.ts';

export interface ParquetFile {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** First and last bytes. Reference: https://parquet.apache.org/docs/file-format/ */
const MAGIC = 'PAR1';
/** Last bytes of a file whose footer is encrypted. */
const ENCRYPTED = 'PARE';

/** @throws UserError where it is no whole, plain Parquet file, with what it is */
export async function openParquet(path: string): Promise<ParquetFile> {
  const file = await asyncBufferFromFile(path);
  const { begins, ends, start } = edgesOf(path, file.byteLength);
  if (begins === ENCRYPTED || ends === ENCRYPTED) throw encrypted(path);
  if (begins !== MAGIC) {
    const format = detectFormat(start);
    throw new UserError(
      `${path} is no Parquet file${isDecodable(format) ? `, but a ${format}` : `: it is ${format.name}, ${format.advice}`}. Expected one that begins with ${MAGIC}.`,
    );
  }
  if (ends !== MAGIC)
    throw new UserError(
      `${path} is cut off: a Parquet file ends with ${MAGIC}, this one does not after ${file.byteLength} bytes. Download or write it again.`,
    );
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file);
    checkNames(parquetSchema(metadata));
  } catch (error) {
    throw new UserError(
      `${path} is damaged: its footer cannot be read (${messageOf(error)}). Download or write it again.`,
    );
  }
  if (metadata.row_groups.some(({ columns }) => columns.some((each) => each.crypto_metadata !== undefined)))
    throw encrypted(path);
  return { path, file, metadata };
}

/** @throws Error where a column has no name, which a footer with a wrong byte may say: types do not know of it */
function checkNames({ element, children }: SchemaTree): void {
  if (typeof element.name !== 'string') throw new Error('a column has no name');
  for (const child of children) checkNames(child);
}

function encrypted(path: string): UserError {
  return new UserError(`${path} is encrypted: write it without encryption.`);
}

function edgesOf(path: string, size: number): { begins: string; ends: string; start: Uint8Array } {
  const bytes = new Uint8Array(Math.min(size, 4096));
  const end = new Uint8Array(4);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, 0);
    if (size >= 4) readSync(file, end, 0, 4, size - 4);
  } finally {
    closeSync(file);
  }
  const [begins, ends] = [bytes.subarray(0, 4), end].map((each) => Buffer.from(each).toString('latin1'));
  return { begins: begins ?? '', ends: ends ?? '', start: bytes };
}
