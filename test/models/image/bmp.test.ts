// What is promised of BMPs at their edges: palettes that are shorter than their indices, runs that end anywhere, alpha, files
// that end one byte early. Pillow says what is right; where it reads nothing, we may.
import { beforeAll, expect, it } from 'vitest';
import { decodeBmp } from '../../../models/image/decode/bmp.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import { readHeader } from '../../../models/image/file/header.ts';
import { python } from '../../python.ts';

interface Bmp {
  readonly bits: number;
  readonly width: number;
  readonly height: number;
  readonly compression?: number;
  /** What the file says of where its pixels are; else where they are. */
  readonly start?: number;
  readonly header?: 40 | 108;
  readonly masks?: readonly number[];
  /** Bytes of the palette, four for a color. */
  readonly palette?: Buffer;
  /** Between the header and the pixels. */
  readonly gap?: Buffer;
  readonly pixels: readonly number[];
}

function bmpOf(bmp: Bmp): Buffer {
  const { bits, width, height, compression = 0, header = 40, masks = [], pixels } = bmp;
  const { palette = Buffer.alloc(0), gap = Buffer.alloc(0) } = bmp;
  const info = Buffer.alloc(14 + Math.max(header, 40 + masks.length * 4));
  info.write('BM');
  info.writeUInt32LE(bmp.start ?? info.length + palette.length + gap.length, 10);
  info.writeUInt32LE(header, 14);
  info.writeInt32LE(width, 18);
  info.writeInt32LE(height, 22);
  info.writeUInt16LE(1, 26);
  info.writeUInt16LE(bits, 28);
  info.writeUInt32LE(compression, 30);
  info.writeUInt32LE(palette.length / 4, 46);
  for (const [i, mask] of masks.entries()) info.writeUInt32LE(mask, 54 + i * 4);
  return Buffer.concat([info, palette, gap, Buffer.from(pixels)]);
}

/** Colors of which no two bytes are alike. */
const colors = (n: number) => Buffer.from(Array.from({ length: n * 4 }, (_, i) => 3 * i + 7));
const marked = Buffer.alloc(12, 0xee);
const [red, green, blue, high] = [0xff0000, 0xff00, 0xff, 0xff000000];
const four = { bits: 4, width: 4, height: 1, palette: colors(16), compression: 2 } as const;
const eight = { bits: 8, width: 4, height: 1, palette: colors(16), compression: 1 } as const;

const kinds: Readonly<Record<string, Bmp>> = {
  'four bits, the last index beyond its palette': {
    ...{ bits: 4, width: 4, height: 1, palette: colors(3), gap: marked, pixels: [0x01, 0x23, 0, 0] },
  },
  'eight bits, indices beyond their palette': {
    ...{ bits: 8, width: 4, height: 2, palette: colors(3), gap: marked, pixels: [0, 1, 2, 3, 2, 255, 4, 0] },
  },
  'pixels that follow, an odd number': { ...eight, width: 5, pixels: [0, 5, 1, 2, 3, 4, 5, 0, 0, 1] },
  'pixels that follow, and a run behind their padding': {
    ...{ ...eight, width: 5, pixels: [0, 3, 1, 2, 3, 0, 2, 7, 0, 1] },
  },
  'pixels of four bits that follow': {
    ...four,
    width: 7,
    pixels: [0, 6, 0x12, 0x34, 0x56, 0, 1, 0x70, 0, 1],
  },
  'a run of two colors': { ...four, width: 5, pixels: [5, 0x12, 0, 1] },
  'runs without the mark of their end': { ...eight, pixels: [4, 1] },
  'half of a mark behind all runs': { ...eight, pixels: [4, 1, 0] },
  'runs of two rows without it': { ...eight, height: 2, pixels: [4, 1, 0, 0, 4, 2] },
  'runs that end with the last row': { ...eight, height: 2, pixels: [4, 1, 0, 0, 4, 2, 0, 0] },
  'rows behind the last one': { ...eight, pixels: [4, 1, 0, 0, 4, 2, 0, 1] },
  'a step down': { ...eight, height: 3, pixels: [4, 3, 0, 0, 1, 9, 0, 2, 1, 1, 2, 4, 0, 0, 0, 1] },
  'runs that end in the middle of the last row': { ...eight, pixels: [3, 1] },
  'runs that end before the last row': { ...eight, height: 2, pixels: [4, 1] },
  'a run beyond its row': { ...eight, height: 2, pixels: [4, 1, 0, 0, 6, 2, 0, 1] },
  'pixels beyond their row': { ...eight, height: 2, pixels: [4, 1, 0, 0, 3, 2, 0, 3, 5, 6, 7, 0, 0, 1] },
  'half of a run': { ...eight, pixels: [4] },
  'runs of 16 bits': { bits: 16, width: 1, height: 1, compression: 1, pixels: [1, 2, 0, 1] },
  'runs of 32 bits': { bits: 32, width: 1, height: 1, compression: 2, pixels: [1, 2, 0, 1] },
  'runs of 24 bits': { bits: 24, width: 1, height: 1, compression: 1, pixels: [1, 2, 0, 1] },
  'pixels where they are not said to be': { ...four, compression: 0, start: 0, pixels: [0x12, 0x34, 0, 0] },
  'all alpha there is': { bits: 32, width: 1, height: 2, pixels: [1, 2, 3, 4, 5, 6, 7, 8] },
  'alpha of a header that has a place for it': {
    ...{ bits: 32, width: 1, height: 2, compression: 3, header: 108, masks: [red, green, blue, high] },
    pixels: [1, 2, 3, 4, 5, 6, 7, 8],
  },
  'no alpha in such a header': {
    ...{ bits: 32, width: 1, height: 2, compression: 3, header: 108, masks: [red, green, blue, 0] },
    pixels: [1, 2, 3, 4, 5, 6, 7, 8],
  },
  'colors in the other order': {
    ...{ bits: 32, width: 1, height: 1, compression: 3, header: 108, masks: [blue, green, red, high] },
    pixels: [1, 2, 3, 4],
  },
};

const script = `
import base64, io, json, sys
from PIL import Image
def shown(data):
    try:
        image = Image.open(io.BytesIO(base64.b64decode(data)))
        size, alpha = image.size, image.mode == 'RGBA'
    except Exception: return None
    try: pixels = list(image.convert('RGBA').tobytes())
    except Exception: pixels = None
    return {'size': size, 'alpha': alpha, 'pixels': pixels}
print(json.dumps({name: shown(data) for name, data in json.load(sys.stdin).items()}))
`;
interface Shown {
  readonly size: readonly [number, number];
  readonly alpha: boolean;
  /** RGBA; null where it is refused. */
  readonly pixels: readonly number[] | null;
}

function byPillow(asks: Readonly<Record<string, Buffer>>): Record<string, Shown | null> {
  const asked = Object.entries(asks).map(([name, bytes]) => [name, bytes.toString('base64')]);
  return JSON.parse(python(script, [], Buffer.from(JSON.stringify(Object.fromEntries(asked)))));
}

function byUs(bytes: Uint8Array): Shown | null {
  let header: ReturnType<typeof readHeader>;
  try {
    header = readHeader(bytes, 'BMP');
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
  const { width, height, alpha } = header;
  return { size: [width, height], alpha, pixels: pixelsOf(bytes) };
}

function pixelsOf(bytes: Uint8Array): number[] | null {
  try {
    const { data, channels, width, height } = decodeBmp(bytes);
    const rgba = (_: unknown, i: number) => [...data.subarray(i * channels, (i + 1) * channels), 255];
    return Array.from({ length: width * height }, rgba).flatMap((pixel) => pixel.slice(0, 4));
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}

/** Files that end at each of their bytes, by the kind and the number of bytes. */
const cut: Readonly<Record<string, Bmp>> = {
  '24 bits': { bits: 24, width: 3, height: 2, pixels: Array.from({ length: 24 }, (_, i) => i * 9) },
  '4 bits': { bits: 4, width: 3, height: 2, palette: colors(16), pixels: [1, 2, 0, 0, 3, 4, 0, 0] },
  '16 bits': { bits: 16, width: 3, height: 1, pixels: [1, 2, 3, 4, 5, 6, 0, 0] },
  'masks behind the header': {
    ...{ bits: 32, width: 1, height: 1, compression: 3, masks: [red, green, blue], pixels: [1, 2, 3, 4] },
  },
};
const sizes = [
  [0, 1],
  [1, 0],
  [-1, 1],
] as const;

const files: Readonly<Record<string, Buffer>> = Object.fromEntries([
  ...Object.entries(kinds).map(([name, bmp]) => [name, bmpOf(bmp)]),
  ...Object.entries(cut).flatMap(([name, bmp]) => {
    const whole = bmpOf(bmp);
    return Array.from(whole, (_, n) => [`${n} bytes of ${name}`, whole.subarray(0, n)]);
  }),
  ...sizes.map(([width, height]) => [
    `${width}x${height}`,
    bmpOf({ bits: 24, width, height, pixels: [1, 2, 3, 0] }),
  ]),
]);
let theirs: Record<string, Shown | null>;
beforeAll(() => {
  theirs = byPillow(files);
});

it.each(Object.keys(kinds))('%s: it is read, or refused, as by Pillow', (name) => {
  expect(byUs(files[name] ?? Buffer.alloc(0))).toEqual(theirs[name]);
});

it.each(Object.keys(cut))(
  'cut anywhere, it is refused where Pillow refuses it, or has its header: %s',
  (kind) => {
    const cuts = Object.keys(files).filter((name) => name.endsWith(` bytes of ${kind}`));
    for (const name of cuts) expect(byUs(files[name] ?? Buffer.alloc(0)), name).toEqual(theirs[name]);
    expect(cuts.filter((name) => theirs[name] !== null).length).toBeGreaterThan(3);
  },
);

it.each(sizes)('a size of %d x %d is none, for Pillow too', (width, height) => {
  const size = `${width}x${height}`;
  expect(theirs[size]).toBeNull();
  const read = () => readHeader(files[size] ?? Buffer.alloc(0), 'BMP');
  expect(read).toThrow(new Damaged(`its header says ${size} pixels`));
});

it.each<[string, Bmp]>([
  ['of eight bits, said to be of four', { ...eight, compression: 2, pixels: [4, 1, 0, 1] }],
  ['of four bits, said to be of eight', { ...four, compression: 1, pixels: [4, 0x12, 0, 1] }],
  ['of one bit', { ...eight, bits: 1, pixels: [4, 1, 0, 1] }],
])('runs that contradict themselves are refused, of which Pillow makes something: %s', (_, bmp) => {
  const { bits, compression } = bmp;
  expect(() => decodeBmp(bmpOf(bmp))).toThrow(
    new Damaged(`it has ${bits} bits a pixel in compression ${compression}, which is not read`),
  );
});

it('16 bits that are said to hold alpha have it in the header as in the pixels, of which Pillow has none', () => {
  const masks = [0x7c00, 0x3e0, 0x1f, 0x8000];
  const pixels = [0x1f, 0x00, 0xe0, 0x83];
  const bytes = bmpOf({
    ...{ bits: 16, width: 2, height: 1, compression: 3, header: 108, masks },
    pixels,
  });
  // The same by the compression that has the fields of alpha behind a header without a place for them.
  const behind = bmpOf({ ...{ bits: 16, width: 2, height: 1, compression: 6, masks }, pixels });
  expect(byUs(behind)).toEqual(byUs(bytes));
  expect(byUs(bytes)).toEqual({ size: [2, 1], alpha: true, pixels: [0, 0, 255, 0, 0, 255, 0, 255] });
});
