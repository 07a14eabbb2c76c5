// Reads the header of a PNG: from its chunks.
import { crc32 } from './crc32.ts';
import { Damaged } from './damaged.ts';
import { readOrientation } from './exif.ts';
import { partCounter } from './parts.ts';
import type { PictureHeader } from './picture-header.ts';
import { nameAt } from './signature.ts';

/** Bytes of a PNG's signature and header chunk. */
const HEADER = 33;

/** Bytes of EXIF whose checksum is computed: 64 times those that a JPEG can have. It takes 4 ns for each (measured). */
const MOST_EXIF = 4 * 1024 * 1024;

/** Depths of each color type that png.ts decodes. Reference: PNG (third edition), table 12. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8],
  2: [8],
  3: [1, 2, 4, 8],
  4: [8],
  6: [8],
};

/** Chunks that change what pixels mean: a profile, transparency, an animation. */
const special = new Set(['iCCP', 'tRNS', 'acTL', 'fcTL', 'fdAT', 'cICP', 'CgBI']);

/** @throws Damaged when it does not begin with a header chunk, or has very many chunks or very much EXIF. */
export function readPngHeader(bytes: Uint8Array): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER) throw new Damaged('its header ends early');
  if (nameAt(bytes, 12) !== 'IHDR' || view.getUint32(8) !== 13)
    throw new Damaged('it does not begin with IHDR');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [bits = 0, color = 0, compression, filter, interlace] = bytes.subarray(24, 29);
  if (width === 0 || height === 0) throw new Damaged(`its header says ${width}x${height} pixels`);
  const found = readChunks(bytes, view);
  const known = depths[color]?.includes(bits) && compression === 0 && filter === 0 && interlace === 0;
  return {
    format: 'PNG',
    width,
    height,
    orientation: found.exif === undefined ? 1 : readOrientation(found.exif),
    bits,
    color: color === 3 ? 'palette' : color === 0 || color === 4 ? 'gray' : 'RGB',
    alpha: color >= 4 || found.names.has('tRNS'),
    animated: found.names.has('acTL'),
    plain: known === true && found.usual,
  };
}

/**
 * Goes through the chunks. An orientation counts as libpng and Chromium read it: in a whole chunk before the pixels,
 * whose checksum is right, which sharp does not look at.
 */
function readChunks(bytes: Uint8Array, view: DataView) {
  const names = new Set<string>();
  const count = partCounter('chunks');
  let exif: Uint8Array | undefined;
  let exifBytes = 0;
  let usual = true;
  // Stryker disable next-line StringLiteral: it is compared with IDAT and IEND alone
  let last = 'IHDR';
  for (let at = HEADER; at + 12 <= bytes.length && last !== 'IEND'; ) {
    count();
    const end = at + 8 + view.getUint32(at);
    const name = nameAt(bytes, at + 4);
    if (end + 4 > bytes.length) break;
    if (name === 'eXIf' && exif === undefined && !names.has('IDAT')) {
      exifBytes += end - at;
      if (exifBytes > MOST_EXIF)
        throw new Damaged(`it has more than ${MOST_EXIF / 2 ** 20} MiB of EXIF: save it anew`);
      if (crc32(bytes.subarray(at + 4, end)) === view.getUint32(end)) exif = bytes.subarray(at + 8, end);
    }
    usual &&= !special.has(name) && (isAncillary(name) || isInPlace(name, last, names));
    names.add(name);
    last = name;
    at = end + 4;
  }
  return { names, exif, usual: usual && last === 'IEND' && names.has('IDAT') };
}

/** Whether a critical chunk stands where it may: one palette before the pixels, pixels together, an end. */
function isInPlace(name: string, last: string, names: ReadonlySet<string>): boolean {
  if (name === 'PLTE') return !names.has('PLTE') && !names.has('IDAT');
  if (name === 'IDAT') return last === 'IDAT' || !names.has('IDAT');
  return name === 'IEND';
}

/** Bit 5 of the first letter: who does not know the chunk can do without it. */
function isAncillary(name: string): boolean {
  return (name.charCodeAt(0) & 32) !== 0;
}
