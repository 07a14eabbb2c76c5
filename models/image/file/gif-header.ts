// Reads the header of a GIF: its canvas, and its pictures. Reference: GIF89a, sections 17 to 26.
import { Damaged } from './damaged.ts';
import { partCounter } from './parts.ts';
import type { PictureHeader } from './picture-header.ts';

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;

/** Blocks at most, which have 255 bytes: those of a file of 200 MB are 790,000. They are skipped in 10 ms (measured). */
const MOST_BLOCKS = 1_048_576;

/** @throws Damaged when it has no picture, or very many blocks before a second one. */
export function readGifHeader(bytes: Uint8Array): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 13) throw new Damaged('its header ends early');
  const images = imagesOf(bytes);
  const first = images.next().value;
  if (first === undefined) throw new Damaged('it holds no picture');
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  return {
    format: 'GIF',
    // A canvas that is smaller than its first picture is made larger, by libnsgif as by browsers.
    width: Math.max(width, first.right),
    height: Math.max(height, first.bottom),
    orientation: 1,
    bits: 8,
    color: 'palette',
    alpha: first.transparent,
    animated: images.next().value !== undefined,
    plain: false,
  };
}

interface GifImage {
  /** How far it reaches on the canvas. */
  readonly right: number;
  readonly bottom: number;
  readonly transparent: boolean;
  /** The place behind it. */
  readonly end: number;
}

/**
 * The pictures of a GIF of which the first bytes are whole, one after the other.
 *
 * @throws Damaged from the one behind very many blocks.
 */
export function* imagesOf(bytes: Uint8Array): Generator<GifImage, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = partCounter('blocks', MOST_BLOCKS);
  let transparent = false;
  let at = 13 + tableSize(bytes[10] ?? 0);
  for (;;) {
    const kind = bytes[at];
    if (kind === EXTENSION) {
      if (bytes[at + 1] === GRAPHIC_CONTROL) transparent = ((bytes[at + 3] ?? 0) & 1) === 1;
      at = skipParts(bytes, at + 2, count);
    } else if (kind === IMAGE && at + 10 <= bytes.length) {
      const end = skipParts(bytes, at + 11 + tableSize(bytes[at + 9] ?? 0), count);
      const right = view.getUint16(at + 1, true) + view.getUint16(at + 5, true);
      const bottom = view.getUint16(at + 3, true) + view.getUint16(at + 7, true);
      yield { right, bottom, transparent, end };
      at = end;
    } else return;
  }
}

/** Bytes of the color table that a packed field announces. */
function tableSize(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

/** The place behind a chain of data parts, each of which begins with its length; the last has the length 0. */
function skipParts(bytes: Uint8Array, at: number, count: () => void): number {
  for (let from = at; ; ) {
    count();
    const length = bytes[from];
    if (length === undefined) return bytes.length;
    if (length === 0) return from + 1;
    from += length + 1;
  }
}
