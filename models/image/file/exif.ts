// Finds out from EXIF how a camera was held.
import type { Orientation } from '../picture.ts';

/** Tag of the orientation. Reference: EXIF 2.32, section 4.6.4. */
const ORIENTATION = 0x0112;

/** Bytes of a value by its type. Reference: TIFF 6.0, section 2. */
const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** The types that are whole numbers: BYTE, SHORT, LONG, and the same with a sign. */
const whole: ReadonlySet<number> = new Set([1, 3, 4, 6, 8, 9]);

/**
 * The orientation in the first directory of a TIFF structure; 1 where there is none, or it is not 1 to 8.
 *
 * What is right or wrong about a structure is as libexif, which sharp uses, has it: the number may be of any
 * whole type, written several times, in a directory that claims more entries than there are; the first one counts.
 *
 * @param tiff - from its byte order on, without `Exif\0\0`.
 */
export function readOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 14) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const order = view.getUint16(0);
  const little = order === 0x4949; // II
  if (!little && order !== 0x4d4d) return 1; // MM
  const start = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || start + 2 > tiff.length) return 1;
  const entries = view.getUint16(start, little);
  for (let i = 0; i < entries; i++) {
    const at = start + 2 + i * 12;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const type = view.getUint16(at + 2, little);
    const size = sizes[type] ?? 0;
    const bytes = size * view.getUint32(at + 4, little);
    const from = bytes > 4 ? view.getUint32(at + 8, little) : at + 8;
    if (bytes === 0 || from + bytes > tiff.length) continue;
    return whole.has(type) ? orientationAt(view, from, size, little) : 1;
  }
  return 1;
}

function orientationAt(view: DataView, at: number, size: number, little: boolean): Orientation {
  const value =
    size === 1
      ? view.getUint8(at)
      : size === 2
        ? view.getUint16(at, little)
        : view.getUint32(at, little) & 0xffff;
  return isOrientation(value) ? value : 1;
}

/** @param value - a whole number. */
export function isOrientation(value: number | undefined): value is Orientation {
  return value !== undefined && value >= 1 && value <= 8;
}
