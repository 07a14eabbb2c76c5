// What a picture of a request is before it is decoded: its header, or why it is refused.
import { Damaged } from '../../models/image/file/damaged.ts';
import { decodable, detectFormat, isDecodable } from '../../models/image/file/format.ts';
import { readHeader } from '../../models/image/file/header.ts';
import type { PictureHeader, Stored } from '../../models/image/file/picture-header.ts';
import { countScans } from '../../models/image/scans.ts';
import type { Target } from '../../models/image/work.ts';
import { Refusal } from '../refusal.ts';
import { checkWork, uprightHeader } from './check-work.ts';

/** What a queue takes of a header. */
export interface CountedHeader extends Stored {
  /** Scans of a JPEG, where they were counted. */
  readonly scans?: number | undefined;
}

/** The header of a picture that workers decode themselves; all others are decoded by sharp. */
export interface PlainHeader extends CountedHeader {
  readonly format: 'JPEG' | 'PNG' | 'BMP';
}

export interface HeaderLimits {
  /** Pixels that a picture may have (width times height). */
  readonly pixels: number;
  /** What it becomes, the work of which counts. */
  readonly target?: Target | undefined;
  /** Whether workers have a decoder of JPEGs. */
  readonly jpegs: boolean;
}

/**
 * Reads the header of an encoded picture, without decoding it.
 *
 * @throws Refusal 415 when the bytes are no picture of a kind that is decoded; 413 when there are too many pixels, or too
 * much work; 422 when the header is damaged.
 */
export function checkHeader(
  bytes: Uint8Array,
  { pixels, target, jpegs }: HeaderLimits,
): PictureHeader & CountedHeader {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) {
    const { name, advice } = format;
    throw new Refusal(415, `received ${name}, expected a picture: ${decodable.join(', ')}; ${advice}`);
  }
  const header = { ...headerOf(bytes, format), scans: format === 'JPEG' ? countScans(bytes) : 1 };
  const bySharp = !isPlain(header, jpegs);
  const large = checkWork(format, { ...uprightHeader(header), bySharp }, pixels, target);
  if (large !== undefined) throw large;
  return header;
}

function headerOf(bytes: Uint8Array, format: PictureHeader['format']): PictureHeader {
  try {
    return readHeader(bytes, format);
  } catch (error) {
    if (error instanceof Damaged) throw undecodable(format, error.message);
    throw error;
  }
}

/** The refusal of a damaged file. */
export function undecodable(format: string, reason: string): Refusal {
  return new Refusal(422, `the ${format} could not be decoded: ${reason}`);
}

/** Whether workers decode it. @param jpegs - whether they have a decoder of JPEGs. */
export function isPlain<T extends PictureHeader>(header: T, jpegs: boolean): header is T & PlainHeader {
  const { format, plain } = header;
  return plain && (format === 'PNG' || format === 'BMP' || (format === 'JPEG' && jpegs));
}
