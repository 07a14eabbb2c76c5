// Attacks by files of thousands to millions of tiny parts: pages, frames, segments, chunks. Their pixels are few, and
// whoever walks through all parts is held up.
import sharp from 'sharp';
import { plain, pngChunk } from '../pictures.ts';
import { type Attack, type Family, pick, post } from './attack.ts';
import { filled, tiffKinds } from './tiny-tiffs.ts';

/** A whole picture of 8 x 8 pixels of each format, to put parts into. */
interface Wholes {
  readonly jpeg: Buffer;
  readonly png: Buffer;
  readonly webp: Buffer;
}

/** Parts behind a JPEG's first segment, or before its end. */
const inJpeg = (jpeg: Buffer, part: Uint8Array, bytes: number) => {
  const at = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, at), filled(part, bytes), jpeg.subarray(at)]);
};
const inJpegBehind = (jpeg: Buffer, part: Uint8Array, bytes: number) =>
  Buffer.concat([jpeg.subarray(0, -2), filled(part, bytes), jpeg.subarray(-2)]);

/** Chunks of a PNG, behind its header chunk or before its end. */
const inPng = (png: Buffer, part: Uint8Array, bytes: number) =>
  Buffer.concat([png.subarray(0, 33), filled(part, bytes), png.subarray(33)]);
const inPngBehind = (png: Buffer, part: Uint8Array, bytes: number) =>
  Buffer.concat([png.subarray(0, -12), filled(part, bytes), png.subarray(-12)]);

function webpChunk(name: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** An extended WebP of 8 x 8 pixels. */
function webpOf(flags: number, content: Buffer): Buffer {
  const header = webpChunk('VP8X', Buffer.of(flags, 0, 0, 0, 7, 0, 0, 7, 0, 0));
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(4 + header.length + content.length, 4);
  return Buffer.concat([riff, header, content]);
}

/** A frame of the whole canvas. @param still - a WebP of one chunk. */
function webpFrame(still: Buffer): Buffer {
  const place = Buffer.of(0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0, 1, 0, 0, 0);
  return webpChunk('ANMF', Buffer.concat([place, still.subarray(12)]));
}

function gifOf(parts: Uint8Array, behind: Uint8Array = Buffer.of(0x3b)): Buffer {
  const screen = Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0', 'latin1');
  return Buffer.concat([screen, parts, gifFrame, behind]);
}

const gifFrame = Buffer.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0);

/** @param bytes - of all parts together, about. */
type Make = (bytes: number, wholes: Wholes) => Buffer;

const kinds: readonly (readonly [kind: string, make: Make])[] = [
  ['JPEG of comments', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(0xff, 0xfe, 0, 2), bytes)],
  ['JPEG of restart intervals', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(0xff, 0xdd, 0, 4, 0, 0), bytes)],
  ['JPEG of fill bytes', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(0xff), bytes)],
  ['JPEG of junk', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(7), bytes)],
  ['JPEG of stuffed bytes', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(0xff, 0), bytes)],
  ['JPEG of markers', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(0xff, 1), bytes)],
  ['JPEG of empty APP2', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.of(0xff, 0xe2, 0, 2), bytes)],
  [
    'JPEG of profiles',
    (bytes, { jpeg }) => inJpeg(jpeg, Buffer.from('\xff\xe2\0\x10ICC_PROFILE\0\x01\xff', 'latin1'), bytes),
  ],
  ['JPEG of EXIF', (bytes, { jpeg }) => inJpeg(jpeg, Buffer.from('\xff\xe1\0\x08Exif\0\0', 'latin1'), bytes)],
  [
    'JPEG of tables',
    (bytes, { jpeg }) =>
      inJpeg(jpeg, Buffer.concat([Buffer.of(0xff, 0xdb, 0, 67, 0), Buffer.alloc(64, 1)]), bytes),
  ],
  ['JPEG of junk behind', (bytes, { jpeg }) => inJpegBehind(jpeg, Buffer.of(7), bytes)],
  ['JPEG of fill bytes behind', (bytes, { jpeg }) => inJpegBehind(jpeg, Buffer.of(0xff), bytes)],
  ['JPEG of stuffed bytes behind', (bytes, { jpeg }) => inJpegBehind(jpeg, Buffer.of(0xff, 0), bytes)],
  ['JPEG of restarts behind', (bytes, { jpeg }) => inJpegBehind(jpeg, Buffer.of(0xff, 0xd0), bytes)],
  ['JPEG of scans', (bytes, { jpeg }) => Buffer.concat([jpeg, filled(Buffer.of(0xff, 0xda), bytes)])],
  ['PNG of texts', (bytes, { png }) => inPng(png, pngChunk('tEXt', Buffer.of()), bytes)],
  ['PNG of texts with words', (bytes, { png }) => inPng(png, pngChunk('tEXt', Buffer.from('a\0b')), bytes)],
  ['PNG of texts behind', (bytes, { png }) => inPngBehind(png, pngChunk('tEXt', Buffer.from('a\0b')), bytes)],
  ['PNG of unknown chunks', (bytes, { png }) => inPng(png, pngChunk('xxXx', Buffer.of()), bytes)],
  ['PNG of pixels', (bytes, { png }) => inPng(png, pngChunk('IDAT', Buffer.of()), bytes)],
  ['PNG of pixels behind', (bytes, { png }) => inPngBehind(png, pngChunk('IDAT', Buffer.of()), bytes)],
  ['PNG of frames', (bytes, { png }) => inPng(png, pngChunk('fdAT', Buffer.of(0, 0, 0, 1)), bytes)],
  ['PNG of EXIF', (bytes, { png }) => inPng(png, pngChunk('eXIf', Buffer.alloc(bytes)), 1)],
  [
    'PNG of many EXIFs',
    (bytes, { png }) =>
      inPng(png, Buffer.concat([pngChunk('eXIf', Buffer.alloc(4)).subarray(0, -1), Buffer.of(0)]), bytes),
  ],
  [
    'WebP of frames',
    (bytes, { webp }) =>
      webpOf(2, Buffer.concat([webpChunk('ANIM', Buffer.alloc(6)), filled(webpFrame(webp), bytes)])),
  ],
  [
    'WebP of chunks',
    (bytes, { webp }) =>
      webpOf(0, Buffer.concat([webp.subarray(12), filled(webpChunk('xxxx', Buffer.of()), bytes)])),
  ],
  [
    'WebP of chunks before',
    (bytes, { webp }) =>
      webpOf(0, Buffer.concat([filled(webpChunk('xxxx', Buffer.of()), bytes), webp.subarray(12)])),
  ],
  [
    'WebP of EXIF',
    (bytes, { webp }) =>
      webpOf(8, Buffer.concat([webp.subarray(12), filled(webpChunk('EXIF', Buffer.of(1, 1)), bytes)])),
  ],
  ['GIF of frames', (bytes) => gifOf(filled(gifFrame, bytes))],
  ['GIF of comments', (bytes) => gifOf(filled(Buffer.of(0x21, 0xfe, 0), bytes))],
  [
    'GIF of a long comment',
    (bytes) => gifOf(Buffer.concat([Buffer.of(0x21, 0xfe), filled(Buffer.of(1, 7), bytes), Buffer.of(0)])),
  ],
  [
    'GIF of tiny data',
    (bytes) =>
      gifOf(
        Buffer.concat([
          gifFrame.subarray(0, 11),
          Buffer.of(2, 0x44, 1),
          filled(Buffer.of(1, 7), bytes),
          Buffer.of(0),
        ]),
      ),
  ],
  [
    'GIF of comments behind',
    (bytes) => gifOf(Buffer.of(), Buffer.concat([filled(Buffer.of(0x21, 0xfe, 0), bytes), Buffer.of(0x3b)])),
  ],
  ...tiffKinds,
];

export const tinyParts: readonly string[] = kinds.map(([kind]) => kind);

/** A file of a kind, with parts of so many bytes together. */
export async function fileOfParts(kind: string, bytes: number): Promise<Buffer> {
  const make = kinds.find(([name]) => name === kind)?.[1];
  if (make === undefined) throw new Error(`there is no kind ${kind}`);
  const teal = { create: { width: 8, height: 8, channels: 3, background: 'teal' } } as const;
  const [jpeg, png, webp] = await Promise.all([
    plain('teal', 'jpeg', 8, 8),
    plain('teal', 'png', 8, 8),
    sharp(teal).webp({ lossless: true }).toBuffer(),
  ]);
  return make(bytes, { jpeg, png, webp });
}

export const tiny: Family = async (next): Promise<Attack> => {
  const kind = pick(next, tinyParts);
  return post(kind, '/classify', await fileOfParts(kind, Math.floor(10 ** (4 + next() * 3))));
};
