// Reads the first directory of a TIFF. Reference: TIFF 6.0, section 2; BigTIFF's design by Aware Systems.
import type { Name } from './unread.ts';

export interface TiffDirectory {
  /** The first value of each tag whose type is a whole number. */
  readonly tags: ReadonlyMap<number, number>;
  /** Where the next directory is, 0 for none, and where that is written; undefined where the file ends before. */
  readonly next: { readonly place: number; readonly at: number; readonly size: 4 | 8 } | undefined;
  /** Bytes of all values that are in the file, outside of the directory. */
  readonly valueBytes: number;
}

/** Bytes of a value by its type, for whole numbers. */
const sizes: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4, 13: 4 };

/** Bytes of a value by its type, for all that libtiff reads: ASCII, RATIONAL, IFD8 and so on. */
const allSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8] as const;

/** More entries than any program writes. */
const MOST_ENTRIES = 4096;

/** @returns undefined when the file ends within the directory. */
export function readDirectory(bytes: Uint8Array): TiffDirectory | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return readFrom(view);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** @throws RangeError for what lies outside. */
function readFrom(view: DataView): TiffDirectory {
  const little = view.getUint8(0) === 0x49;
  const big = view.getUint16(2, little) === 43;
  const offset = (at: number) => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const [countSize, entrySize] = big ? [8, 20] : [2, 12];
  const start = offset(big ? 8 : 4);
  const entries = big ? offset(start) : view.getUint16(start, little);
  if (entries > MOST_ENTRIES) throw new RangeError(`${entries} entries`);
  const tags = new Map<number, number>();
  let valueBytes = 0;
  for (let i = 0; i < entries; i++) {
    const at = start + countSize + i * entrySize;
    const type = view.getUint16(at + 2, little);
    const field = at + (big ? 12 : 8);
    const length = offset(at + 4) * (allSizes[type] ?? 0);
    const inside = length <= (big ? 8 : 4);
    if (!inside && offset(field) + length <= view.byteLength) valueBytes += length;
    const size = sizes[type];
    if (size === undefined) continue;
    const from = inside ? field : offset(field);
    const value =
      size === 1
        ? view.getUint8(from)
        : size === 2
          ? view.getUint16(from, little)
          : view.getUint32(from, little);
    tags.set(view.getUint16(at, little), value);
  }
  const end = start + countSize + entries * entrySize;
  const size = big ? 8 : 4;
  const next = end + size <= view.byteLength ? ({ place: offset(end), at: end, size } as const) : undefined;
  return { tags, next, valueBytes };
}

// Tags by which TIFFs are told that are not read.
const SUBFILE = 254;
const BITS = 258;
const SUB_DIRECTORIES = 330;
const SAMPLE_FORMAT = 339;
const DNG_VERSION = 50_706;

/** Values of SampleFormat: floating-point numbers, real and complex. Reference: TIFF 6.0, section 19; TIFFTF. */
const floating: ReadonlySet<number | undefined> = new Set([3, 6]);

/**
 * What a TIFF is that is not read: a camera's raw photograph, in which a decoder of TIFFs finds a thumbnail, or numbers
 * that libvips would cut to 0 to 255, so that a picture of 0 to 1 is black.
 */
export function unreadTiff(bytes: Uint8Array): Name | undefined {
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return 'camera RAW'; // CR: Canon's CR2
  const tags = readDirectory(bytes)?.tags;
  if (tags === undefined) return undefined;
  const thumbnail = ((tags.get(SUBFILE) ?? 0) & 1) === 1;
  if (tags.has(DNG_VERSION) || (thumbnail && tags.has(SUB_DIRECTORIES))) return 'camera RAW';
  if (floating.has(tags.get(SAMPLE_FORMAT))) return 'a TIFF of floating-point numbers';
  return (tags.get(BITS) ?? 1) > 16 ? 'a TIFF of more than 16 bits' : undefined;
}
