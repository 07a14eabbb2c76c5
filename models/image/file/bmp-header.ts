// Reads the header of a BMP: its size and how its pixels are stored.
// Reference: Microsoft, "Bitmap Storage" and BITMAPV5HEADER; OS/2's BITMAPCOREHEADER.
import { Damaged } from './damaged.ts';
import type { PictureHeader } from './picture-header.ts';

/** Values of biCompression. */
export const bmpCompressions = { none: 0, rle8: 1, rle4: 2, fields: 3, alphaFields: 6 } as const;

/** How the pixels of a BMP are stored. */
export interface BmpLayout {
  readonly width: number;
  readonly height: number;
  /** Rows from the top down; usually from the bottom up. */
  readonly topDown: boolean;
  /** Bits of a pixel. */
  readonly bits: number;
  readonly compression: number;
  /** Bits of red, green, blue and alpha in a pixel of 16 or 32 bits. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number];
  /** Where the palette begins, how many colors it has, and bytes of each. */
  readonly palette: { readonly at: number; readonly colors: number; readonly size: 3 | 4 };
  /** Where the pixels begin. */
  readonly pixels: number;
}

const FILE_HEADER = 14;
const CORE = 12;
const INFO = 40;

const usualMasks = { 16: [0x7c00, 0x3e0, 0x1f, 0], 32: [0xff0000, 0xff00, 0xff, 0] } as const;

/** @throws Damaged when it cannot be. */
export function readBmpLayout(bytes: Uint8Array): BmpLayout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < FILE_HEADER + CORE) throw new Damaged('its header ends early');
  const pixels = view.getUint32(10, true);
  const header = view.getUint32(14, true);
  if (bytes.length < FILE_HEADER + header) throw new Damaged('its header ends early');
  const core = header === CORE;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = header < INFO ? bmpCompressions.none : view.getUint32(30, true);
  if (width <= 0 || rows === 0) throw new Damaged(`its header says ${width}x${rows} pixels`);
  const fields = compression === bmpCompressions.fields || compression === bmpCompressions.alphaFields;
  const masksAfter = header === INFO && fields ? (compression === bmpCompressions.alphaFields ? 16 : 12) : 0;
  const at = FILE_HEADER + header + masksAfter;
  if (bytes.length < at) throw new Damaged('its header ends early');
  const mask = (i: number) => view.getUint32(54 + i * 4, true);
  const hasAlpha = header >= 56 || masksAfter === 16;
  const usual = bits === 16 ? usualMasks[16] : usualMasks[32];
  const given = header < INFO ? 0 : view.getUint32(46, true);
  return {
    width,
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    compression,
    masks: fields ? [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] : usual,
    palette: {
      at,
      colors: bits > 8 ? 0 : given === 0 ? 2 ** bits : Math.min(given, 256),
      size: core ? 3 : 4,
    },
    pixels,
  };
}

export function readBmpHeader(bytes: Uint8Array): PictureHeader {
  const { width, height, bits, masks } = readBmpLayout(bytes);
  return {
    format: 'BMP',
    width,
    height,
    orientation: 1,
    bits: 8,
    color: bits <= 8 ? 'palette' : 'RGB',
    alpha: masks[3] !== 0,
    animated: false,
    plain: true,
  };
}
