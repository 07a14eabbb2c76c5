// Reads the header of a JPEG or PNG without decoding it: its size, and whether it is one of the plain kinds that workers
// decode themselves. Everything else (profiles, CMYK, 16 bits, interlacing, WebP, GIF) is decoded by sharp.
import type { Orientation } from '../../models/image/picture.ts';

/** A picture whose pixels are 8-bit sRGB as they are stored. */
export interface PlainHeader {
  readonly format: 'JPEG' | 'PNG';
  readonly width: number;
  readonly height: number;
  /** From EXIF; a PNG that has one is not plain. */
  readonly orientation: Orientation;
  /** Scans of a JPEG, where they were counted. */
  readonly scans?: number | undefined;
}

/** @returns undefined for what is not plain, or not even a picture. */
export function readPlainHeader(bytes: Uint8Array): PlainHeader | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpeg(bytes);
  return PNG.every((byte, i) => bytes[i] === byte) ? readPng(bytes) : undefined;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes of a PNG's signature and header chunk. */
const PNG_HEADER = 33;

/** Depths of each color type that png.ts decodes. Reference: PNG (third edition), table 12. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8],
  2: [8],
  3: [1, 2, 4, 8],
  4: [8],
  6: [8],
};

/** A chunk's name as the number that its four letters are. */
const chunk = (name: string) => Buffer.from(name, 'latin1').readUInt32BE();
const IHDR = chunk('IHDR');
const IDAT = chunk('IDAT');

/** Chunks before the pixels that change what they mean: a profile, transparency, an orientation, an animation. */
const notPlain = new Set(['iCCP', 'tRNS', 'eXIf', 'acTL', 'cICP', 'CgBI'].map(chunk));

function readPng(bytes: Uint8Array): PlainHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < PNG_HEADER || view.getUint32(12) !== IHDR) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth = 0, color = 0] = [bytes[24], bytes[25]];
  const [compression, filter, interlace] = [bytes[26], bytes[27], bytes[28]];
  const known = depths[color]?.includes(depth) && compression === 0 && filter === 0 && interlace === 0;
  if (!known || width === 0 || height === 0) return undefined;
  for (let at = PNG_HEADER; at + 12 <= bytes.length; at += view.getUint32(at) + 12) {
    const name = view.getUint32(at + 4);
    if (notPlain.has(name)) return undefined;
    if (name === IDAT) return { format: 'PNG', width, height, orientation: 1 };
  }
  return undefined;
}

// Markers. Reference: ITU-T T.81, table B.1.
const SOF0 = 0xc0; // baseline
const SOF2 = 0xc2; // progressive
const RST0 = 0xd0; // from here to EOI, markers without a length
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const APP2 = 0xe2;

function readJpeg(bytes: Uint8Array): PlainHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let size: { width: number; height: number } | undefined;
  let orientation: Orientation = 1;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++; // fill
      continue;
    }
    if (marker === SOS) return size && { format: 'JPEG', ...size, orientation };
    const length = view.getUint16(at + 2);
    const bare = marker < SOF0 || (marker >= RST0 && marker <= EOI);
    if (bare || length < 2 || at + 2 + length > bytes.length) return undefined;
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (isFrame(marker)) {
      const [precision, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components] = segment;
      size = { width: w1 * 256 + w0, height: h1 * 256 + h0 };
      const plain = marker <= SOF2 && precision === 8 && (components === 1 || components === 3);
      if (!plain || size.width === 0 || size.height === 0) return undefined;
    } else if (marker === APP2 && startsWith(segment, 'ICC_PROFILE\0')) return undefined;
    else if (marker === APP1 && startsWith(segment, 'Exif\0\0'))
      orientation = readOrientation(segment.subarray(6));
    at += 2 + length;
  }
  return undefined;
}

/** Whether a plain JPEG has its last marker (EOI). In the coded data before it, 0xFF is always followed by 0 or RST. */
export function endsWell(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at + 1] !== SOS)
    at += bytes[at + 1] === 0xff ? 1 : view.getUint16(at + 2) + 2;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(Buffer.of(0xff, EOI)) > at;
}

/** Start of frame: 0xC0 to 0xCF, but for the three that define tables. */
function isFrame(marker: number): boolean {
  return marker >= SOF0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (segment[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Tag of the orientation, and the type of a 16-bit number. Reference: EXIF 2.32, section 4.6. */
const ORIENTATION = 0x0112;
const SHORT = 3;

/** The orientation in the first directory of a TIFF structure; 1 when there is none, or it is not valid. */
function readOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 14) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const little = tiff[0] === 0x49;
  const start = view.getUint32(4, little);
  if (start + 2 > tiff.length) return 1;
  const entries = view.getUint16(start, little);
  for (let i = 0; i < entries; i++) {
    const at = start + 2 + i * 12;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue;
    const value = view.getUint16(at + 8, little);
    return isOrientation(value) ? value : 1;
  }
  return 1;
}

export function isOrientation(value: number | undefined): value is Orientation {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8;
}
