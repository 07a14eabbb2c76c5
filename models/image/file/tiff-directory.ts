// Reads the first directory of a TIFF. Reference: TIFF 6.0, section 2; BigTIFF's design by Aware Systems.

export interface TiffDirectory {
  /** The first value of each tag whose type is a whole number. */
  readonly tags: ReadonlyMap<number, number>;
  /** Whether another directory follows. */
  readonly more: boolean;
}

/** Bytes of a value by its type, for whole numbers. */
const sizes: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4, 13: 4 };

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
  for (let i = 0; i < entries; i++) {
    const at = start + countSize + i * entrySize;
    const size = sizes[view.getUint16(at + 2, little)];
    if (size === undefined) continue;
    const field = at + (big ? 12 : 8);
    const from = offset(at + 4) * size > (big ? 8 : 4) ? offset(field) : field;
    const value =
      size === 1
        ? view.getUint8(from)
        : size === 2
          ? view.getUint16(from, little)
          : view.getUint32(from, little);
    tags.set(view.getUint16(at, little), value);
  }
  const next = start + countSize + entries * entrySize;
  return { tags, more: next + (big ? 8 : 4) <= view.byteLength && offset(next) !== 0 };
}

// Tags of raw photographs.
const SUBFILE = 254;
const SUB_DIRECTORIES = 330;
const DNG_VERSION = 50_706;

/** Whether a TIFF is a camera's raw photograph: what a decoder of TIFFs finds in it is a thumbnail. */
export function isRaw(bytes: Uint8Array): boolean {
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return true; // CR: Canon's CR2
  const tags = readDirectory(bytes)?.tags;
  if (tags === undefined) return false;
  return tags.has(DNG_VERSION) || (((tags.get(SUBFILE) ?? 0) & 1) === 1 && tags.has(SUB_DIRECTORIES));
}
