// The rows of a Parquet file: their labels, and the bytes of some of their pictures, a group of rows at a time.
import { type FileMetaData, type ParquetReadOptions, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { messageOf, UserError } from '../../../../../models/errors.ts';
import { MOST_FILE_BYTES } from '../../../../../models/image/picture.ts';
import type { RawPicture } from '../../source.ts';
import type { ParquetColumns } from './columns.ts';
import type { ParquetFile } from './open.ts';

/** Bytes of pictures that are held where a file has an index of its pages. */
const PIECE = 2 ** 27;
/** Bytes of pictures in one group of rows, which are held together where it has none. */
const MOST_GROUP = 2 ** 30;

/** All values of a column; those of whole numbers may be bigint. @throws UserError where they cannot be read */
export async function valuesOf({ path, file, metadata }: ParquetFile, column: string): Promise<unknown[]> {
  try {
    return await read({ file, metadata }, column, {});
  } catch (error) {
    throw new UserError(
      `${path} is damaged: the column "${column}" cannot be read (${messageOf(error)}). Download or write it again.`,
    );
  }
}

/** Rows that are read together. */
interface Piece {
  readonly from: number;
  /** Left out. */
  readonly to: number;
}

/**
 * The rows of a file in pieces that memory is large enough for.
 * @throws UserError where a group of rows is too large and the file has no index of its pages
 */
export function piecesOf(
  { path, metadata }: Pick<ParquetFile, 'path' | 'metadata'>,
  picture: string,
  pieceBytes = PIECE,
): Piece[] {
  let from = 0;
  return metadata.row_groups.flatMap(({ columns, num_rows }) => {
    const rows = Number(num_rows);
    const own = columns.filter((each) => each.meta_data?.path_in_schema[0] === picture);
    const bytes = own.reduce(
      (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
      0,
    );
    const isIndexed = own.every(({ offset_index_offset }) => offset_index_offset !== undefined);
    if (!isIndexed && bytes > MOST_GROUP)
      throw new UserError(
        `${path} has ${(bytes / 2 ** 30).toFixed(1)} GiB of pictures in one group of rows, without an index of its pages, which would have to be in memory at once: expected at most 1. Write it with smaller groups, such as pq.write_table(pq.read_table(file), other, row_group_size=500).`,
      );
    const count = isIndexed ? Math.max(1, Math.min(rows, Math.ceil(bytes / pieceBytes))) : 1;
    const start = from;
    from += rows;
    const bound = (k: number) => start + Math.floor((rows * k) / count);
    return Array.from({ length: count }, (_, k) => ({ from: bound(k), to: bound(k + 1) }));
  });
}

/**
 * The pictures of these rows, ascending. A piece of the file that is damaged is a problem of each of its rows.
 * @param rows - ascending.
 * @param placeOf - A row as `path` of what is given.
 */
export async function* picturesOf(
  opened: ParquetFile,
  { name, isStruct }: ParquetColumns['picture'],
  rows: readonly number[],
  placeOf: (row: number) => string,
  pieceBytes = PIECE,
): AsyncGenerator<RawPicture> {
  let next = 0;
  for (const { from, to } of piecesOf(opened, name, pieceBytes)) {
    const wanted: number[] = [];
    for (let row = rows[next]; row !== undefined && row < to; row = rows[++next]) wanted.push(row);
    if (wanted.length === 0) continue;
    let values: unknown[] = [];
    let problem: string | undefined;
    try {
      values = await read(opened, name, { rowStart: from, rowEnd: to, utf8: false, useOffsetIndex: true });
    } catch (error) {
      problem = `the rows ${from} to ${to - 1} of the file are damaged: ${messageOf(error)}`;
    }
    for (const row of wanted) {
      const value = values[row - from];
      yield {
        path: placeOf(row),
        async bytes() {
          if (problem !== undefined) throw new Error(problem);
          return bytesIn(value, isStruct);
        },
      };
    }
  }
}

/** @throws Error where a row has no picture of a size that is read */
function bytesIn(value: unknown, isStruct: boolean): Uint8Array {
  const [bytes, path] = isStruct && isObject(value) ? [value.bytes, value.path] : [value, undefined];
  if (bytes instanceof Uint8Array && bytes.length > 0) {
    if (bytes.length <= MOST_FILE_BYTES) return bytes;
    throw new Error(`the file has ${Math.round(bytes.length / 1e6)} MB, more than ${MOST_FILE_BYTES / 1e6}`);
  }
  throw new Error(
    typeof path === 'string' && path !== ''
      ? `it has a path alone, ${path}, and no bytes: write it with them (datasets does so in to_parquet and push_to_hub)`
      : 'it has no picture',
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

async function read(
  { file, metadata }: { readonly file: ParquetFile['file']; readonly metadata: FileMetaData },
  column: string,
  options: Pick<ParquetReadOptions, 'rowStart' | 'rowEnd' | 'utf8' | 'useOffsetIndex'>,
): Promise<unknown[]> {
  const rows: Readonly<Record<string, unknown>>[] = await parquetReadObjects({
    ...{ file, metadata, compressors, columns: [column] },
    ...options,
  });
  return rows.map((row) => row[column]);
}
