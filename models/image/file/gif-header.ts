// Reads the header of a GIF: its canvas, and how many pictures are on it. Reference: GIF89a, sections 17 to 26.
import { Damaged } from './damaged.ts';
import type { PictureHeader } from './picture-header.ts';

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;

/** @throws Damaged when it has no picture. */
export function readGifHeader(bytes: Uint8Array): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 13) throw new Damaged('its header ends early');
  const { first, images } = readBlocks(bytes, view);
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
    animated: images > 1,
    plain: false,
  };
}

interface Blocks {
  /** How far the first picture reaches on the canvas. */
  readonly first?: { readonly right: number; readonly bottom: number; readonly transparent: boolean };
  readonly images: number;
}

function readBlocks(bytes: Uint8Array, view: DataView): Blocks {
  let [first, images, transparent]: [Blocks['first'], number, boolean] = [undefined, 0, false];
  let at = 13 + tableSize(bytes[10] ?? 0);
  for (;;) {
    const kind = bytes[at];
    if (kind === EXTENSION) {
      if (bytes[at + 1] === GRAPHIC_CONTROL) transparent = ((bytes[at + 3] ?? 0) & 1) === 1;
      at = skipParts(bytes, at + 2);
    } else if (kind === IMAGE && at + 10 <= bytes.length) {
      images++;
      first ??= {
        right: view.getUint16(at + 1, true) + view.getUint16(at + 5, true),
        bottom: view.getUint16(at + 3, true) + view.getUint16(at + 7, true),
        transparent,
      };
      at = skipParts(bytes, at + 11 + tableSize(bytes[at + 9] ?? 0));
    } else return first === undefined ? { images } : { first, images };
  }
}

/** Bytes of the color table that a packed field announces. */
function tableSize(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

/** The place behind a chain of data parts, each of which begins with its length; the last has the length 0. */
function skipParts(bytes: Uint8Array, at: number): number {
  for (let from = at; ; ) {
    const length = bytes[from];
    if (length === undefined) return bytes.length;
    if (length === 0) return from + 1;
    from += length + 1;
  }
}
