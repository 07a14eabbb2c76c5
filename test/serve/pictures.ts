// Pictures for the tests: small real ones of every format, and files that claim more than they hold.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

export const formats = ['png', 'jpeg', 'webp', 'gif'] as const;

export type Format = (typeof formats)[number];

const side = 24;

/** A picture of one color. */
export function plain(color: string, format: Format = 'png', width = side, height = side): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: color } })
    .toFormat(format)
    .toBuffer();
}

/** A picture with something else in every pixel, so that there is much to damage; always the same. */
export function busy(format: Format, width = 40, height = 30): Promise<Buffer> {
  return sharp(busyPixels(width, height), { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** The pixels of `busy`: RGB. */
export function busyPixels(width = 40, height = 30): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const spread = Math.imul(i + 1, 0x9e3779b1);
    return Math.imul(spread ^ (spread >>> 15), 0x85ebca6b) >>> 24;
  });
}

/** An upright black stroke on white, as a digit. */
export async function stroke(format: Format = 'png'): Promise<Buffer> {
  const data = new Uint8Array(60 * 60).fill(255);
  for (let y = 10; y < 50; y++) data.fill(0, y * 60 + 27, y * 60 + 33);
  return sharp(data, { raw: { width: 60, height: 60, channels: 1 } })
    .toFormat(format)
    .toBuffer();
}

/** A PNG whose header claims a size; it holds only `rows` rows. */
export function pngClaiming(width: number, height: number, rows = 1): Buffer {
  // A row of a width that nobody can allocate is left as short as its first bytes.
  const row = Math.min(width, 10_000_000) + 1;
  return pngOf({ width, height, rows: Buffer.alloc(row * rows) });
}

/** A gray PNG of 8 bits; `rows` are its bytes before compression, `more` are chunks before them. */
export function pngOf(
  { width, height, rows }: { width: number; height: number; rows: Uint8Array },
  more: readonly Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, gray
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...more,
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** A JPEG whose frame header claims a size. */
export async function jpegClaiming(width: number, height: number): Promise<Buffer> {
  const jpeg = await plain('white', 'jpeg');
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(height, frame + 5);
  jpeg.writeUInt16BE(width, frame + 7);
  return jpeg;
}

/** A GIF whose canvas and frames claim a size; each frame holds one pixel. */
export function gif(width: number, height: number, frames: number): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const palette = Buffer.from([255, 255, 255, 0, 0, 0]);
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
  frame.writeUInt16LE(width, 5);
  frame.writeUInt16LE(height, 7);
  return Buffer.concat([screen, palette, ...Array<Buffer>(frames).fill(frame), Buffer.from([0x3b])]);
}

/** A lossless WebP whose header claims a size, of at most 16,384 each. */
export async function webpClaiming(width: number, height: number): Promise<Buffer> {
  const webp = await sharp(await plain('white'))
    .webp({ lossless: true })
    .toBuffer();
  const sides = webp.indexOf('VP8L') + 9;
  // 14 bits of width - 1, 14 bits of height - 1; the four bits above stay
  webp.writeUInt32LE(
    ((webp.readUInt32LE(sides) & 0xf0000000) | ((height - 1) << 14) | (width - 1)) >>> 0,
    sides,
  );
  return webp;
}
