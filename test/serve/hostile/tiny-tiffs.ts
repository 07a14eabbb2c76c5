// TIFFs of very many pages, tags or strips.
import { deflateSync } from 'node:zlib';

/** `part` again and again, in `bytes` bytes. */
export function filled(part: Uint8Array, bytes: number): Buffer {
  const times = Math.max(1, Math.floor(bytes / part.length));
  return Buffer.alloc(times * part.length, part);
}

/** A TIFF's tags and their values: [tag, type, count, value]. */
type Entries = readonly (readonly [tag: number, type: number, count: number, value: number])[];

function tiffDirectory(entries: Entries, next: number, big = false): Buffer {
  const [count, entry, offset] = big ? [8, 20, 8] : [2, 12, 4];
  const out = Buffer.alloc(count + entries.length * entry + offset);
  out.writeUInt16LE(entries.length, 0);
  for (const [i, [tag, type, n, value]] of entries.entries()) {
    const at = count + i * entry;
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeUInt32LE(n, at + 4);
    out.writeUInt32LE(value, at + (big ? 12 : 8));
  }
  out.writeUInt32LE(next, out.length - offset);
  return out;
}

const tiffHeader = (big: boolean) =>
  big ? Buffer.from('II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0', 'latin1') : Buffer.from('II*\0\x08\0\0\0', 'latin1');

const onePixel: Entries = [
  [256, 3, 1, 1],
  [257, 3, 1, 1],
  [258, 3, 1, 8],
  [259, 3, 1, 1],
  [262, 3, 1, 1],
  [273, 4, 1, 0],
  [277, 3, 1, 1],
  [278, 3, 1, 1],
  [279, 4, 1, 1],
];

/** Directories one behind the other. @param last - where the last one leads to. */
function tiffOfPages(bytes: number, big = false, last = 0): Buffer {
  const header = tiffHeader(big);
  const directory = tiffDirectory(onePixel, 0, big);
  const pages = filled(directory, bytes);
  const next = directory.length - (big ? 8 : 4);
  for (let at = 0; at < pages.length; at += directory.length) {
    const end = at + directory.length;
    pages.writeUInt32LE(end === pages.length ? last : header.length + end, at + next);
  }
  return Buffer.concat([header, pages]);
}

/** The first directory has further entries; what they point at is the whole file. */
function tiffOfEntries(bytes: number, more: Entries): Buffer {
  const entries = [...onePixel, ...more].sort(([a], [b]) => a - b);
  const directory = tiffDirectory(entries, 0);
  return Buffer.concat([tiffHeader(false), directory, Buffer.alloc(Math.max(0, bytes - directory.length))]);
}

/** Strips of one pixel each, all of the same data. */
function tiffOfStrips(bytes: number, compression: number, data: Uint8Array): Buffer {
  const strips = Math.floor(bytes / 6);
  const first = onePixel
    .map(([tag, type, n, value]) => {
      if (tag === 257) return [tag, 4, 1, strips] as const;
      if (tag === 259) return [tag, 3, 1, compression] as const;
      if (tag === 273) return [tag, 4, strips, 256] as const;
      if (tag === 279) return [tag, 3, strips, 256 + strips * 4] as const;
      return [tag, type, n, value] as const;
    })
    .sort(([a], [b]) => a - b);
  const start = Buffer.concat([tiffHeader(false), tiffDirectory(first, 0)]);
  const offsets = Buffer.alloc(strips * 4);
  const lengths = Buffer.alloc(strips * 2);
  const at = 256 + strips * 6;
  for (let i = 0; i < strips; i++) {
    offsets.writeUInt32LE(at, i * 4);
    lengths.writeUInt16LE(data.length, i * 2);
  }
  return Buffer.concat([start, Buffer.alloc(256 - start.length), offsets, lengths, data]);
}

const repeated = Array.from({ length: 4000 }, (_, i) => 40_000 + i);

/** @param bytes - of all parts together, about. */
export const tiffKinds: readonly (readonly [kind: string, make: (bytes: number) => Buffer])[] = [
  ['TIFF of pages', (bytes) => tiffOfPages(bytes)],
  ['TIFF of pages, big', (bytes) => tiffOfPages(bytes, true)],
  ['TIFF of pages in a circle', (bytes) => tiffOfPages(bytes, false, 8)],
  [
    'TIFF of further directories',
    (bytes) => tiffOfEntries(bytes, [[330, 4, Math.min(65_535, bytes >> 3), 256]]),
  ],
  [
    'TIFF of long entries',
    (bytes) =>
      tiffOfEntries(
        bytes,
        repeated.map((tag) => [tag, 1, bytes, 8]),
      ),
  ],
  ['TIFF of a long entry', (bytes) => tiffOfEntries(bytes, [[40_000, 1, bytes, 8]])],
  ['TIFF of strips', (bytes) => tiffOfStrips(bytes, 1, Buffer.of(1))],
  ['TIFF of deflated strips', (bytes) => tiffOfStrips(bytes, 8, deflateSync(Buffer.of(1)))],
];
