// BMPs of every kind: depths, palettes, bit fields, run lengths, either direction, headers of all sizes, cut.
import fc from 'fast-check';
import type { CorpusFile } from './jpegs.ts';

const [width, height] = [13, 9];

const masks = {
  '565': [0xf800, 0x7e0, 0x1f, 0],
  '555': [0x7c00, 0x3e0, 0x1f, 0],
  BGRX: [0xff0000, 0xff00, 0xff, 0],
  BGRA: [0xff0000, 0xff00, 0xff, 0xff000000],
  RGBA: [0xff, 0xff00, 0xff0000, 0xff000000],
  '444': [0xf00, 0xf0, 0xf, 0],
  '10-10-10': [0x3ff00000, 0xffc00, 0x3ff, 0],
} as const;

const kinds = [
  { bits: 1, compression: 0 },
  { bits: 4, compression: 0 },
  { bits: 8, compression: 0 },
  { bits: 8, compression: 1 },
  { bits: 4, compression: 2 },
  { bits: 16, compression: 0 },
  { bits: 24, compression: 0 },
  { bits: 32, compression: 0 },
  { bits: 16, compression: 3, fields: '565' },
  { bits: 16, compression: 3, fields: '555' },
  { bits: 16, compression: 3, fields: '444' },
  { bits: 32, compression: 3, fields: 'BGRX' },
  { bits: 32, compression: 3, fields: 'BGRA' },
  { bits: 32, compression: 3, fields: 'RGBA' },
  { bits: 32, compression: 3, fields: '10-10-10' },
  { bits: 24, compression: 4 },
] as const;

interface Bmp {
  readonly kind: (typeof kinds)[number];
  readonly header: number;
  readonly topDown: boolean;
  /** Colors fewer than there could be; 0 says nothing of them. */
  readonly colors: number;
  /** Bytes between the header and the pixels. */
  readonly gap: number;
  readonly ending: 'whole' | 'cut' | 'padding cut' | 'bytes behind' | 'no end of runs';
}

export const bmps: fc.Arbitrary<CorpusFile> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    header: fc.constantFrom(12, 40, 40, 40, 52, 56, 64, 108, 124),
    topDown: fc.boolean(),
    colors: fc.constantFrom(0, 0, 0, 2, 5),
    gap: fc.constantFrom(0, 0, 2, 30),
    ending: fc.constantFrom(
      'whole',
      'whole',
      'whole',
      'cut',
      'padding cut',
      'bytes behind',
      'no end of runs',
    ),
  })
  .filter(
    ({ kind, header }) => header >= 40 || (kind.compression === 0 && kind.bits !== 16 && kind.bits !== 32),
  )
  .map((bmp) => ({ what: JSON.stringify(bmp), bytes: bmpOf(bmp as Bmp), aside: asideOf(bmp as Bmp) }));

function asideOf({ kind, header }: Bmp): string | undefined {
  const fields = 'fields' in kind ? kind.fields : undefined;
  if (fields === '444' || fields === '10-10-10') return 'bit fields that Pillow does not know';
  return fields === 'RGBA' && header < 56 ? 'alpha without a place for its bits' : undefined;
}

const mix = (i: number) => Math.imul(i + 1, 0x9e3779b1) >>> 0;

function bmpOf({ kind, header, topDown, colors, gap, ending }: Bmp): Buffer {
  const { bits, compression } = kind;
  const core = header === 12;
  const info = Buffer.alloc(header);
  info.writeUInt32LE(header, 0);
  const own = 'fields' in kind ? masks[kind.fields] : undefined;
  const count = bits > 8 ? 0 : core || colors === 0 ? 2 ** bits : Math.min(colors, 2 ** bits);
  if (core) {
    info.writeUInt16LE(width, 4);
    info.writeUInt16LE(height, 6);
    info.writeUInt16LE(1, 8);
    info.writeUInt16LE(bits, 10);
  } else {
    info.writeInt32LE(width, 4);
    info.writeInt32LE(topDown ? -height : height, 8);
    info.writeUInt16LE(1, 12);
    info.writeUInt16LE(bits, 14);
    info.writeUInt32LE(compression, 16);
    info.writeUInt32LE(bits > 8 ? 0 : Math.min(colors, 2 ** bits), 32);
    if (own !== undefined && header >= 52)
      for (const [i, mask] of own.entries())
        if (40 + i * 4 + 4 <= header) info.writeUInt32LE(mask, 40 + i * 4);
  }
  const after = Buffer.alloc(own !== undefined && header === 40 ? 12 : 0);
  for (let i = 0; i < after.length / 4; i++) after.writeUInt32LE(own?.[i] ?? 0, i * 4);
  const palette = Buffer.from(Array.from({ length: count * (core ? 3 : 4) }, (_, i) => mix(i * 5) >>> 24));
  let pixels =
    compression === 1 || compression === 2
      ? runsOf(bits, count, ending !== 'no end of runs')
      : rowsOf(bits, count);
  if (ending === 'cut') pixels = pixels.subarray(0, pixels.length >> 1);
  if (ending === 'padding cut' && compression !== 1 && compression !== 2)
    pixels = pixels.subarray(
      0,
      pixels.length - (Math.ceil((width * bits) / 32) * 4 - Math.ceil((width * bits) / 8)),
    );
  if (ending === 'bytes behind') pixels = Buffer.concat([pixels, Buffer.alloc(33, 1)]);
  const file = Buffer.alloc(14);
  file.write('BM');
  const start = 14 + header + after.length + palette.length + gap;
  file.writeUInt32LE(start + pixels.length, 2);
  file.writeUInt32LE(start, 10);
  return Buffer.concat([file, info, after, palette, Buffer.alloc(gap), pixels]);
}

/** Stored rows; indices stay within the palette. */
function rowsOf(bits: number, count: number): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = mix(y * width + x);
      const at = y * stride + ((x * bits) >> 3);
      if (bits >= 16) for (let k = 0; k < bits / 8; k++) out[at + k] = value >>> (k * 8);
      else out[at] = (out[at] ?? 0) | (((value >>> 8) % count) << (8 - bits - ((x * bits) & 7)));
    }
  }
  return out;
}

/** Rows as a run, as pixels that follow, and with a step that leaves some out. */
function runsOf(bits: number, count: number, hasEnd: boolean): Buffer {
  const parts: number[] = [];
  for (let y = 0; y < height; y++) {
    const value = (mix(y) >>> 8) % count;
    const both = bits === 8 ? value : (value << 4) | ((value + 1) % count);
    if (y % 4 === 0) parts.push(width, both);
    else if (y % 4 === 1) {
      // 8 pixels that follow, then a run of the others
      parts.push(0, 8);
      for (let k = 0; k < (bits === 8 ? 8 : 4); k++) {
        const one = (mix(y * 50 + k) >>> 8) % count;
        parts.push(bits === 8 ? one : (one << 4) | ((one + 1) % count));
      }
      parts.push(width - 8, both);
    } else if (y % 4 === 2)
      parts.push(5, both); // the rest of the row is left out
    else parts.push(3, both, 0, 2, 4, 0, width - 7, both);
    if (y < height - 1) parts.push(0, 0);
  }
  if (hasEnd) parts.push(0, 1);
  return Buffer.from(parts);
}
