// PNGs of every kind that the format has, and as they are found: cut, with wrong checksums, with more in them than needed.
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { exifOf, isUsual, oddExif, usualExif } from './exif.ts';
import type { CorpusFile } from './jpegs.ts';

const [width, height] = [13, 9];

/** Samples of a pixel, and the depths that there are, by color type. Reference: PNG (third edition), table 12. */
const kinds = [
  { color: 0, samples: 1, depths: [1, 2, 4, 8, 16] },
  { color: 2, samples: 3, depths: [8, 16] },
  { color: 3, samples: 1, depths: [1, 2, 4, 8] },
  { color: 4, samples: 2, depths: [8, 16] },
  { color: 6, samples: 4, depths: [8, 16] },
].flatMap(({ depths, ...kind }) => depths.map((depth) => ({ ...kind, depth })));

type Kind = (typeof kinds)[number];

/** @param wrong - added to the checksum. */
export function chunk(type: string, data: Uint8Array, wrong = 0): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE((crc32(body) + wrong) >>> 0, 4 + body.length);
  return out;
}

/** Passes of Adam7: first column and row, and steps. Reference: section 8.1. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Rows as they are before compression; the filter of each is the next of `filters`. */
function rowsOf({ samples, depth }: Kind, interlaced: boolean, filters: readonly number[], most: number) {
  const sample = (x: number, y: number, c: number) => {
    const spread = Math.imul(x * 31 + y * 57 + c * 101 + 1, 0x9e3779b1) >>> 8;
    return spread % Math.min(2 ** depth, most);
  };
  const passes = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const rows: Buffer[] = [];
  let n = 0;
  for (const [x0, y0, dx, dy] of passes) {
    const columns = Math.ceil((width - x0) / dx);
    if (columns <= 0) continue;
    const stride = Math.ceil((columns * samples * depth) / 8);
    const step = Math.max(1, (samples * depth) >> 3);
    let above: Buffer = Buffer.alloc(stride);
    for (let y = y0; y < height; y += dy) {
      const row = Buffer.alloc(stride);
      for (let i = 0; i < columns * samples; i++) {
        const value = sample(x0 + Math.floor(i / samples) * dx, y, i % samples);
        if (depth === 16) row.writeUInt16BE(value, i * 2);
        else
          row[(i * depth) >> 3] = (row[(i * depth) >> 3] ?? 0) | (value << (8 - depth - ((i * depth) & 7)));
      }
      const filter = filters[n++ % filters.length] ?? 0;
      rows.push(Buffer.concat([Buffer.of(filter), filtered(row, above, step, filter)]));
      above = row;
    }
  }
  return Buffer.concat(rows);
}

function filtered(row: Buffer, above: Buffer, step: number, filter: number): Buffer {
  return Buffer.from(
    row.map((value, i) => {
      const left = row[i - step] ?? 0;
      const up = above[i] ?? 0;
      const corner = above[i - step] ?? 0;
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      return value - ([0, left, up, (left + up) >> 1, paeth][filter] ?? 0);
    }),
  );
}

function transparencyOf({ color }: Kind, length: number): Buffer {
  if (color === 3) return Buffer.from([0, 128, 255, 7].slice(0, length));
  return Buffer.from(color === 0 ? [0, 1] : [0, 1, 0, 2, 0, 3]);
}

const oddities = [
  'nothing',
  'surplus compressed data',
  'surplus bytes behind the compressed data',
  'too few rows',
  'no end of the compressed data',
  'no IEND',
  'cut in IEND',
  'cut in the last IDAT',
  'bytes behind IEND',
  'wrong checksum of IHDR',
  'wrong checksum of IDAT',
  'wrong checksum of PLTE',
  'wrong checksum of IEND',
  'wrong checksum of gAMA',
  'wrong Adler-32',
  'an unknown critical chunk',
  'an unknown ancillary chunk',
  'a chunk between the IDATs',
  'an empty IDAT',
  'a filter 5',
  'bits of the palette out of range',
  'no palette',
  'two palettes',
] as const;

const extras = ['gAMA', 'sRGB', 'cHRM', 'pHYs', 'tEXt', 'bKGD', 'acTL', 'sBIT', 'gAMA of 1'] as const;

function extra(name: (typeof extras)[number], { color, depth }: Kind): Buffer {
  const u32 = (...values: number[]) => {
    const out = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) out.writeUInt32BE(value, i * 4);
    return out;
  };
  switch (name) {
    case 'gAMA':
      return chunk('gAMA', u32(45_455));
    case 'gAMA of 1':
      return chunk('gAMA', u32(100_000));
    case 'sRGB':
      return chunk('sRGB', Buffer.of(0));
    case 'cHRM':
      return chunk('cHRM', u32(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000));
    case 'pHYs':
      return chunk('pHYs', Buffer.concat([u32(100, 200), Buffer.of(1)]));
    case 'tEXt':
      return chunk('tEXt', Buffer.from('Comment\0hello'));
    case 'bKGD':
      return color === 3 ? chunk('bKGD', Buffer.of(0)) : chunk('bKGD', Buffer.alloc(color % 4 === 0 ? 2 : 6));
    case 'acTL':
      return chunk('acTL', u32(2, 0));
    case 'sBIT':
      return chunk('sBIT', Buffer.alloc([1, 0, 3, 3, 2, 0, 4][color] ?? 1, Math.min(8, depth)));
  }
}

export const pngs: fc.Arbitrary<CorpusFile> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    interlaced: fc.boolean(),
    filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
    parts: fc.constantFrom(1, 1, 2, 5),
    odd: fc.oneof(
      { weight: 1, arbitrary: fc.constant('nothing' as const) },
      { weight: 1, arbitrary: fc.constantFrom(...oddities) },
    ),
    extras: fc.subarray([...extras], { maxLength: 2 }),
    transparency: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 }),
    exif: fc.option(
      fc.record({ shape: fc.oneof(usualExif, oddExif), behind: fc.boolean(), named: fc.boolean() }),
      { freq: 1 },
    ),
  })
  .map(({ kind, odd, ...how }) => {
    const what = `${odd}, ${JSON.stringify({ kind, ...how })}`;
    return { what, bytes: pngOf(kind, odd, how), aside: asideOf(kind, odd, how) };
  });

/** What Pillow reads, or does not read, otherwise than libpng: see docs/pictures.md. */
const differs: ReadonlySet<string> = new Set([
  'too few rows',
  'wrong checksum of IDAT',
  'wrong checksum of PLTE',
  'wrong checksum of gAMA',
  'no end of the compressed data',
  'cut in the last IDAT',
  'an unknown critical chunk',
  'a chunk between the IDATs',
  'no palette',
  'two palettes',
  'bits of the palette out of range',
]);

function asideOf(
  kind: Kind,
  odd: string,
  { exif, transparency }: Parameters<typeof pngOf>[2],
): string | undefined {
  if (differs.has(odd)) return odd;
  if (exif !== null && (exif.behind || exif.named || !isUsual(exif.shape))) return 'EXIF that is odd';
  if (kind.color === 0 && kind.depth === 16) return 'gray of 16 bits, which Pillow clips';
  if (kind.color === 0 && kind.depth < 8 && transparency !== null)
    return 'a transparent gray, which Pillow does not scale';
  return undefined;
}

function pngOf(
  kind: Kind,
  odd: (typeof oddities)[number],
  how: {
    interlaced: boolean;
    filters: readonly number[];
    parts: number;
    extras: readonly (typeof extras)[number][];
    transparency: number | null;
    exif: { shape: Parameters<typeof exifOf>[0]; behind: boolean; named: boolean } | null;
  },
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([kind.depth, kind.color, 0, 0, Number(how.interlaced)], 8);

  const colors = Math.min(2 ** kind.depth, 200);
  const most = kind.color !== 3 ? 65_536 : odd === 'bits of the palette out of range' ? 256 : colors;
  const rows = rowsOf(kind, how.interlaced, how.filters, most);
  if (odd === 'a filter 5') rows[0] = 5;
  if (odd === 'surplus compressed data') rows.fill(0, rows.length);
  const all = odd === 'surplus compressed data' ? Buffer.concat([rows, Buffer.alloc(50, 7)]) : rows;
  let data: Buffer = deflateSync(odd === 'too few rows' ? all.subarray(0, all.length >> 1) : all);
  if (odd === 'surplus bytes behind the compressed data') data = Buffer.concat([data, Buffer.alloc(9, 3)]);
  if (odd === 'no end of the compressed data') data = data.subarray(0, data.length - 5);
  if (odd === 'wrong Adler-32') data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;

  const size = Math.ceil(data.length / how.parts);
  const parts = Array.from({ length: how.parts }, (_, i) => data.subarray(i * size, (i + 1) * size));
  const idats = parts.map((part, i) =>
    chunk('IDAT', part, odd === 'wrong checksum of IDAT' && i === 0 ? 1 : 0),
  );
  if (odd === 'an empty IDAT') idats.splice(Math.min(1, how.parts - 1), 0, chunk('IDAT', Buffer.alloc(0)));
  if (odd === 'a chunk between the IDATs') idats.splice(1, 0, chunk('tEXt', Buffer.from('a\0b')));

  const shown = odd === 'bits of the palette out of range' ? Math.max(1, colors - 1) : colors;
  const palette = Buffer.from(Array.from({ length: shown * 3 }, (_, i) => (i * 97) & 255));
  const plte = chunk('PLTE', palette, odd === 'wrong checksum of PLTE' ? 1 : 0);
  const hasPalette = kind.color === 3 && odd !== 'no palette';
  const exif =
    how.exif === null
      ? Buffer.alloc(0)
      : chunk('eXIf', Buffer.concat([Buffer.from(how.exif.named ? 'Exif\0\0' : ''), exifOf(how.exif.shape)]));
  const hasTransparency = how.transparency !== null && kind.color < 4;
  const png = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header, odd === 'wrong checksum of IHDR' ? 1 : 0),
    ...how.extras.filter((name) => name !== 'bKGD').map((name) => extra(name, kind)),
    ...(odd === 'wrong checksum of gAMA' ? [chunk('gAMA', Buffer.of(0, 0, 177, 143), 1)] : []),
    ...(odd === 'an unknown critical chunk' ? [chunk('ABCD', Buffer.alloc(3))] : []),
    ...(odd === 'an unknown ancillary chunk' ? [chunk('abCd', Buffer.alloc(3))] : []),
    ...(hasPalette ? [plte] : []),
    ...(hasPalette && odd === 'two palettes' ? [chunk('PLTE', Buffer.alloc(6, 9))] : []),
    ...(hasTransparency ? [chunk('tRNS', transparencyOf(kind, Math.min(how.transparency ?? 1, shown)))] : []),
    ...(how.extras.includes('bKGD') ? [extra('bKGD', kind)] : []),
    ...(how.exif?.behind ? [] : [exif]),
    ...idats,
    ...(how.exif?.behind ? [exif] : []),
    ...(odd === 'no IEND' || odd === 'cut in the last IDAT'
      ? []
      : [chunk('IEND', Buffer.alloc(0), odd === 'wrong checksum of IEND' ? 1 : 0)]),
    ...(odd === 'bytes behind IEND' ? [Buffer.alloc(100, 5)] : []),
  ]);
  if (odd === 'cut in IEND') return png.subarray(0, png.length - 3);
  return odd === 'cut in the last IDAT' ? png.subarray(0, png.length - 8) : png;
}
