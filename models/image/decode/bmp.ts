// Decodes BMPs, which sharp does not read: 1 to 32 bits, run lengths, bit fields, either direction; as Pillow does.

import { type Check, unchecked } from '../check.ts';
import { type BmpLayout, bmpCompressions, readBmpLayout } from '../file/bmp-header.ts';
import { Damaged } from '../file/damaged.ts';
import type { Picture } from '../picture.ts';

/**
 * Decodes a BMP of which the header could be read. Alpha counts where the header gives it bits, as in Pillow and browsers.
 *
 * Reference: Microsoft, "Bitmap Storage" and "Bitmap Compression".
 *
 * @param check - what it throws ends the work.
 * @throws Damaged.
 */
export function decodeBmp(bytes: Uint8Array, check: Check = unchecked): Picture {
  check();
  const layout = readBmpLayout(bytes);
  const { bits, compression } = layout;
  const { rle4, rle8, none } = bmpCompressions;
  if (compression === none && bits === 24) return trueColor(bytes, layout);
  if (bits === 16 || bits === 32) {
    if (compression === rle4 || compression === rle8) throw unknown(layout);
    return withMasks(bytes, layout);
  }
  if (compression === none && (bits === 1 || bits === 4 || bits === 8))
    return colored(bytes, layout, unpack(bytes, layout));
  if ((compression === rle8 && bits === 8) || (compression === rle4 && bits === 4))
    return colored(bytes, layout, runs(bytes, layout));
  throw unknown(layout);
}

function unknown({ bits, compression }: BmpLayout): Damaged {
  return new Damaged(`it has ${bits} bits a pixel in compression ${compression}, which is not read`);
}

/** Bytes of a stored row: a multiple of four. */
function strideOf({ width, bits }: BmpLayout): number {
  return Math.ceil((width * bits) / 32) * 4;
}

/** @throws Damaged when the file ends before the last row; its padding may be missing */
function startOf(bytes: Uint8Array, layout: BmpLayout): number {
  const { pixels, palette, width, height, bits } = layout;
  const start = pixels === 0 ? palette.at + palette.colors * palette.size : pixels;
  const needed = start + strideOf(layout) * (height - 1) + Math.ceil((width * bits) / 8);
  if (needed > bytes.length) throw new Damaged(`it ends early: it has ${bytes.length} of ${needed} bytes`);
  return start;
}

/** The stored row of row `y` from the top. */
function rowOf({ topDown, height }: BmpLayout, y: number): number {
  return topDown ? y : height - 1 - y;
}

function trueColor(bytes: Uint8Array, layout: BmpLayout): Picture {
  const { width, height } = layout;
  const [start, stride] = [startOf(bytes, layout), strideOf(layout)];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + rowOf(layout, y) * stride;
    for (let x = 0; x < width; x++, from += 3, to += 3) {
      data[to] = bytes[from + 2] ?? 0;
      data[to + 1] = bytes[from + 1] ?? 0;
      data[to + 2] = bytes[from] ?? 0;
    }
  }
  return { data, width, height, channels: 3 };
}

/** Where a channel's bits are, and what its largest value is. */
function fieldOf(mask: number): { shift: number; most: number } {
  if (mask === 0) return { shift: 0, most: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, most: mask >>> shift };
}

function withMasks(bytes: Uint8Array, layout: BmpLayout): Picture {
  const { width, height, bits, masks } = layout;
  const [start, stride] = [startOf(bytes, layout), strideOf(layout)];
  const fields = masks.slice(0, masks[3] === 0 ? 3 : 4).map(fieldOf);
  const channels = fields.length === 4 ? 4 : 3;
  const size = bits / 8;
  const data = new Uint8Array(width * height * channels);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + rowOf(layout, y) * stride;
    for (let x = 0; x < width; x++, from += size) {
      const pixel = size === 2 ? view.getUint16(from, true) : view.getUint32(from, true);
      for (const { shift, most } of fields) {
        const value = (pixel >>> shift) & most;
        // Stryker disable next-line ConditionalExpression: both are shortcuts: what is divided by 0 is stored as 0
        data[to++] = most === 255 ? value : most === 0 ? 0 : Math.floor(((value >>> 0) * 255) / most);
      }
    }
  }
  return { data, width, height, channels };
}

/** Indices into the palette, row by row from the top. */
function unpack(bytes: Uint8Array, layout: BmpLayout): Uint8Array {
  const { width, height, bits } = layout;
  const [start, stride] = [startOf(bytes, layout), strideOf(layout)];
  const out = new Uint8Array(width * height);
  const mask = (1 << bits) - 1;
  for (let y = 0, to = 0; y < height; y++) {
    const from = start + rowOf(layout, y) * stride;
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      out[to++] = ((bytes[from + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask;
    }
  }
  return out;
}

/**
 * Indices of a picture that is stored as runs; what no run covers is 0. A byte pair is a run (length, value), or a
 * command after 0: the end of a row, the end of all, a step right and on, or so many pixels that follow.
 */
function runs(bytes: Uint8Array, layout: BmpLayout): Uint8Array {
  const { width, height, bits, pixels } = layout;
  const out = new Uint8Array(width * height);
  let [x, row] = [0, 0];
  const put = (index: number) => {
    if (x < width && row < height) out[rowOf(layout, row) * width + x] = index;
    x++;
  };
  for (let at = pixels; row < height; ) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    if (count === undefined || value === undefined) {
      if (row === height - 1 && x >= width) break; // only the mark of the end is missing
      throw new Damaged('it ends early: its runs have no end');
    }
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(bits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    } else if (value === 0) [x, row] = [0, row + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      row += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (bits === 8 ? i : i >> 1)] ?? 0;
        put(bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
      }
      const length = bits === 8 ? value : (value + 1) >> 1;
      at += length + (length % 2);
    }
  }
  return out;
}

/** Colors of indices; an index beyond the palette is black. */
function colored(bytes: Uint8Array, { width, height, palette }: BmpLayout, indices: Uint8Array): Picture {
  const { at, colors, size } = palette;
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < colors; i++)
    for (let c = 0; c < 3; c++) table[i * 3 + c] = bytes[at + i * size + 2 - c] ?? 0;
  const data = new Uint8Array(indices.length * 3);
  // Stryker disable next-line EqualityOperator: what is written behind an array is lost
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] ?? 0) * 3;
    data[i * 3] = table[from] ?? 0;
    data[i * 3 + 1] = table[from + 1] ?? 0;
    data[i * 3 + 2] = table[from + 2] ?? 0;
  }
  return { data, width, height, channels: 3 };
}
