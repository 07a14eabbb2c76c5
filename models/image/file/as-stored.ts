// A picture file without what browsers make other pixels of than sharp and Pillow: they are given none of it to read.
import { segmentsOf } from './jpeg-header.ts';
import { latin1 } from './signature.ts';

const APP1 = 0xe1;

/** Bytes of a PNG's signature. */
const SIGNATURE = 8;

/**
 * PNG's orientation, the gamma and colors of the screen where it was made, which only browsers apply, and the frames of
 * an animation, of which others show the picture for those who know none.
 */
const browserChunks: ReadonlySet<string> = new Set(['eXIf', 'gAMA', 'cHRM', 'acTL', 'fcTL', 'fdAT']);

/**
 * Parts that together are the file without the EXIF in which browsers look for an orientation, and what else they apply.
 *
 * @param bytes - a file whose header could be read.
 */
export function asStored(bytes: Uint8Array, format: 'JPEG' | 'PNG' | 'WebP'): Uint8Array[] {
  if (format === 'WebP') return [withoutWebpExif(bytes)];
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const [start, end] of format === 'JPEG' ? jpegCuts(bytes) : pngCuts(bytes)) {
    parts.push(bytes.subarray(from, start));
    from = end;
  }
  parts.push(bytes.subarray(from));
  return parts;
}

type Cut = readonly [start: number, end: number];

function jpegCuts(bytes: Uint8Array): Cut[] {
  const cuts: Cut[] = [];
  for (const { marker, content } of segmentsOf(bytes)) {
    const start = content.byteOffset - bytes.byteOffset - 4;
    if (marker === APP1 && latin1(content.subarray(0, 4)) === 'Exif')
      cuts.push([start, start + 4 + content.length]);
  }
  return cuts;
}

function pngCuts(bytes: Uint8Array): Cut[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cuts: Cut[] = [];
  for (let at = SIGNATURE; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (browserChunks.has(latin1(bytes.subarray(at + 4, at + 8))))
      cuts.push([at, Math.min(end, bytes.length)]);
    at = end;
  }
  return cuts;
}

/** The sizes within a WebP count: its chunk stays and gets a name that nobody knows. */
function withoutWebpExif(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new Uint8Array(bytes); // a Buffer's slice would be the file itself
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (latin1(bytes.subarray(at, at + 4)) === 'EXIF') out.set([0x78, 0x78, 0x78, 0x78], at);
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
  return out;
}
