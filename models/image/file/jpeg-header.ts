// Reads the header of a JPEG: from its segments up to the first scan.

import { MOST_PIXELS } from '../picture.ts';
import { Damaged } from './damaged.ts';
import { readOrientation } from './exif.ts';
import { partCounter } from './parts.ts';
import type { PictureHeader } from './picture-header.ts';

// Markers. Reference: ITU-T T.81, table B.1.
const TEM = 0x01; // without a length
const SOF0 = 0xc0; // baseline
const SOF2 = 0xc2; // progressive
const RST0 = 0xd0; // from here to EOI, markers without a length
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const APP2 = 0xe2;

interface Frame {
  readonly marker: number;
  readonly bits: number;
  readonly height: number;
  readonly width: number;
  readonly components: number;
}

/** @throws Damaged when no frame is before the first scan. */
export function readJpegHeader(bytes: Uint8Array): PictureHeader {
  let frame: Frame | undefined;
  let exif: Uint8Array | undefined;
  let plain = true;
  for (const { marker, content, usual } of segmentsOf(bytes)) {
    plain &&= usual;
    if (isFrame(marker)) {
      if (frame !== undefined || content.length < 6) throw new Damaged('it has more than one frame header');
      const [bits = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = content;
      frame = { marker, bits, height: h1 * 256 + h0, width: w1 * 256 + w0, components };
    } else if (marker === APP1 && exif === undefined && startsWith(content, 'Exif')) exif = content;
    else if (marker === APP2 && startsWith(content, 'ICC_PROFILE\0')) plain = false;
  }
  if (frame === undefined) throw new Damaged('its header ends early');
  const { width, height, bits, components } = frame;
  if (width === 0 || height === 0) throw new Damaged(`its header says ${width}x${height} pixels`);
  const isPlain = plain && frame.marker <= SOF2 && bits === 8 && (components === 1 || components === 3);
  const halves = frame.marker < SOF2 && bits === 8 && width * height > MOST_PIXELS;
  return {
    format: 'JPEG',
    width,
    height,
    orientation: exif !== undefined && startsWith(exif, 'Exif\0\0') ? readOrientation(exif.subarray(6)) : 1,
    bits,
    color: components === 1 ? 'gray' : components === 4 ? 'CMYK' : 'RGB',
    alpha: false,
    animated: false,
    plain: isPlain && !halves,
    ...(halves ? { shrink: 2 } : {}),
  };
}

export interface Segment {
  readonly marker: number;
  readonly content: Uint8Array;
  /** Nothing odd is before it: bytes that belong to no segment, or a marker where none should be. */
  readonly usual: boolean;
}

/**
 * The segments up to the first scan. Bytes between segments are skipped, as libjpeg does.
 *
 * @throws Damaged when the file ends before the first scan, or very many segments do not.
 */
export function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
  const count = partCounter('segments');
  let usual = true;
  for (let at = 2; at + 4 <= bytes.length; ) {
    count();
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0) {
      usual = false;
      const next = bytes.indexOf(0xff, at + 1);
      if (next === -1) break;
      at = next;
    } else if (marker === 0xff)
      at++; // fill
    else if (marker === SOS) return;
    else if (marker === TEM || (marker >= RST0 && marker <= EOI)) {
      if (marker >= EOI - 1) break; // SOI or EOI
      usual = false;
      at += 2;
    } else {
      const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
      if (at + 2 + length > bytes.length) break;
      if (length < 2) usual = false; // its own two bytes are not counted: to libjpeg it is empty
      const end = at + 2 + length;
      yield { marker, content: bytes.subarray(at + 4, end), usual };
      at = end;
    }
  }
  throw new Damaged('its header ends early');
}

/** Start of frame: 0xC0 to 0xCF, but for the three that define tables. */
function isFrame(marker: number): boolean {
  return marker >= SOF0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (segment[i] !== text.charCodeAt(i)) return false;
  return true;
}
