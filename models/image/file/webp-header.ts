// Reads the header of a WebP: from its chunks. Reference: RFC 9649.
import { Damaged } from './damaged.ts';
import { readOrientation } from './exif.ts';
import { partCounter } from './parts.ts';
import type { PictureHeader } from './picture-header.ts';
import { nameAt } from './signature.ts';

/** Flags of an extended header. */
const ANIMATION = 0x02;
const EXIF = 0x08;
const ALPHA = 0x10;

/** @throws Damaged when the first chunk is not one of the three that there are, or there are very many chunks. */
export function readWebpHeader(bytes: Uint8Array): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 30) throw new Damaged('its header ends early');
  const header = {
    format: 'WebP',
    bits: 8,
    color: 'RGB',
    orientation: 1,
    animated: false,
    plain: false,
  } as const;
  const name = nameAt(bytes, 12);
  if (name === 'VP8 ') {
    const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    return { ...header, width, height, alpha: false };
  }
  if (name === 'VP8L') {
    const packed = view.getUint32(21, true);
    const [width, height] = [(packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1];
    return { ...header, width, height, alpha: (packed >>> 28) % 2 === 1 };
  }
  if (name !== 'VP8X')
    throw new Damaged(`it begins with a chunk ${JSON.stringify(name)}, expected VP8, VP8L or VP8X`);
  const flags = bytes[20] ?? 0;
  const { exif, frames } = readChunks(bytes);
  return {
    ...header,
    width: (view.getUint32(24, true) & 0xffffff) + 1,
    height: (view.getUint32(26, true) >>> 8) + 1,
    orientation: exif !== undefined && (flags & EXIF) !== 0 ? orientationOf(exif) : 1,
    alpha: (flags & ALPHA) !== 0,
    animated: (flags & ANIMATION) !== 0 && frames > 1,
  };
}

function readChunks(bytes: Uint8Array): { exif: Uint8Array | undefined; frames: number } {
  let exif: Uint8Array | undefined;
  let frames = 0;
  for (const { name, content } of chunksOf(bytes)) {
    if (name === 'EXIF') exif ??= content;
    if (name === 'ANMF') frames++;
  }
  return { exif, frames };
}

interface Chunk {
  readonly name: string;
  readonly content: Uint8Array;
  /** The place behind it and its padding. */
  readonly end: number;
}

/**
 * The chunks of a WebP that are whole.
 *
 * @throws Damaged from the one that is one too many.
 */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = partCounter('chunks');
  for (let at = 12; at + 8 <= bytes.length; ) {
    count();
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) return;
    const end = at + 8 + length + (length % 2);
    yield { name: nameAt(bytes, at), content: bytes.subarray(at + 8, at + 8 + length), end };
    at = end;
  }
}

/** Many programs write JPEG's `Exif\0\0` before the structure. */
function orientationOf(exif: Uint8Array) {
  return readOrientation(nameAt(exif, 0) === 'Exif' ? exif.subarray(6) : exif);
}
