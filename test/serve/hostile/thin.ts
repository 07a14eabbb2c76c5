// Attacks by proportions: small files of very many rows or columns, whose work is not that of their pixels, in every
// container that has them. They are sent for the colors and for a model with an input of 224 x 224.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { pngChunk } from '../pictures.ts';
import { type Attack, type Family, type Next, pick, post, whole } from './attack.ts';

/** A PNG of zeros. @param color - type of its colors, as PNG numbers them: 0 gray, 2 RGB, 3 palette, 6 RGBA. */
export function pngOfZeros(
  width: number,
  height: number,
  { depth = 8, color = 0, interlaced = false } = {},
): Buffer {
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[color] ?? 1;
  const bytesOf = (columns: number, rows: number) =>
    columns === 0 ? 0 : (Math.ceil((columns * samples * depth) / 8) + 1) * rows;
  // Columns and rows of each pass of Adam7. Reference: PNG (third edition), section 8.1.
  const passes = [
    [8, 0, 8, 0],
    [8, 4, 8, 0],
    [4, 0, 8, 4],
    [4, 2, 4, 0],
    [2, 0, 4, 2],
    [2, 1, 2, 0],
    [1, 0, 2, 1],
  ].map(([dx = 1, x = 0, dy = 1, y = 0]) =>
    bytesOf(Math.ceil(Math.max(0, width - x) / dx), Math.ceil(Math.max(0, height - y) / dy)),
  );
  const length = interlaced ? passes.reduce((a, b) => a + b) : bytesOf(width, height);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, color, 0, 0, Number(interlaced)], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...(color === 3 ? [pngChunk('PLTE', Buffer.alloc(6))] : []),
    pngChunk('IDAT', deflateSync(Buffer.alloc(length))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const kinds = [
  { depth: 1 },
  { depth: 8 },
  { depth: 8, color: 6 },
  { depth: 1, color: 3 },
  { depth: 16, color: 2 },
  { depth: 1, interlaced: true },
  { depth: 16, color: 6, interlaced: true },
];

/** Sides that other containers can have. */
const LONGEST = { jpeg: 65_500, webp: 16_383, gif: 65_535 } as const;

async function thinFile(next: Next): Promise<readonly [string, Buffer]> {
  const turned = next() < 0.5;
  const sides = (long: number, short: number): [number, number] => (turned ? [long, short] : [short, long]);
  if (next() < 0.5) {
    const long = Math.floor(10 ** (4 + next() * 3.5)); // up to 30 million
    const [width, height] = sides(long, whole(next, 1, 3));
    // What has the pixels of a photograph is made with one byte a pixel: the attacker's machine counts, too.
    const kind = pick(next, long > 3_000_000 ? kinds.slice(0, 1) : kinds);
    return [`PNG of ${width}x${height} ${JSON.stringify(kind)}`, pngOfZeros(width, height, kind)];
  }
  const format = pick(next, ['jpeg', 'webp', 'gif'] as const);
  const [width, height] = sides(whole(next, 10_000, LONGEST[format]), whole(next, 1, 3));
  const bytes = await sharp({ create: { width, height, channels: 3, background: 'red' } })
    .toFormat(format, format === 'jpeg' ? { progressive: next() < 0.5 } : { effort: 1 })
    .toBuffer();
  return [`${format} of ${width}x${height}`, bytes];
}

export const thin: Family = async (next): Promise<Attack> => {
  const [kind, bytes] = await thinFile(next);
  return post(`thin ${kind}`, pick(next, ['/classify', '/classify?model=large']), bytes);
};
