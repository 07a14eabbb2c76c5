// Decodes a file of a folder as the server decodes an upload: 8-bit sRGB, upright, first frame.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { decodePicture } from '../../../models/image/decode/decode.ts';
import { firstLine, NoSharp } from '../../../models/image/decode/sharp.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import { detectFormat, endings, isDecodable } from '../../../models/image/file/format.ts';
import { readHeader } from '../../../models/image/file/header.ts';
import type { PictureHeader } from '../../../models/image/file/picture-header.ts';
import { MOST_FILE_BYTES, MOST_PIXELS, type Picture } from '../../../models/image/picture.ts';
import { countScans } from '../../../models/image/scans.ts';
import { type Target, type ToDecode, tooMuch } from '../../../models/image/work.ts';
import { hasTurbojpeg, turbojpegPath } from '../../../setup/libraries/turbojpeg.mjs';
import type { Remark } from './findings.ts';

export interface Decoded {
  readonly picture: Picture;
  readonly remarks: readonly Remark[];
}

/** A side that is shorter shows nothing. */
const LEAST_SIDE = 4;

/**
 * @param target - what the picture becomes, the work of which counts.
 * @throws Error, whose message says why a person's file cannot be used
 */
export async function decode(path: string, bytes: Uint8Array, target?: Target): Promise<Decoded> {
  return decodeChecked(path, bytes, checkHeader(bytes, target));
}

/** Reads the header of a file. @throws Error as `decode` does */
export function checkHeader(bytes: Uint8Array, target?: Target): PictureHeader {
  const header = headerOf(bytes);
  const { width, height } = header;
  const large = tooMuch(toDecode(header, bytes), MOST_PIXELS, target);
  if (large !== undefined) throw new Error(`it is ${large}`);
  if (Math.min(width, height) < LEAST_SIDE)
    throw new Error(`${width}x${height} pixels show nothing; ${LEAST_SIDE} along each side are the least`);
  return header;
}

/**
 * @param path - whose ending should be that of the content; undefined where it has none by right.
 * @param header - what `checkHeader` returned.
 * @throws Error as `decode` does
 */
export async function decodeChecked(
  path: string | undefined,
  bytes: Uint8Array,
  header: PictureHeader,
): Promise<Decoded> {
  const library = hasTurbojpeg() ? turbojpegPath() : undefined;
  const picture = await decodePicture(bytes, header, library).catch((error: unknown) => {
    throw error instanceof NoSharp ? error : new Error(damaged(header.format, error));
  });
  return {
    picture,
    remarks: remarksOf(header, path === undefined ? undefined : extname(path).toLowerCase()),
  };
}

function headerOf(bytes: Uint8Array): PictureHeader {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) throw new Error(`it is ${format.name}, which is not read: ${format.advice}`);
  try {
    return readHeader(bytes, format);
  } catch (error) {
    throw error instanceof Damaged ? new Error(damaged(format, error)) : error;
  }
}

/** What decoding takes, of the upright picture. */
function toDecode(header: PictureHeader, bytes: Uint8Array): ToDecode {
  const { format, orientation, shrink = 1 } = header;
  const [width, height] = [Math.ceil(header.width / shrink), Math.ceil(header.height / shrink)];
  const scans = format === 'JPEG' ? countScans(bytes) : 1;
  const [across, down] = orientation >= 5 ? [height, width] : [width, height];
  return { width: across, height: down, decoded: header.width * header.height, scans, bySharp: true };
}

function damaged(format: string, error: unknown): string {
  return `the ${format} is damaged: ${firstLine(error)}`;
}

/** Reads a file that may be of any kind. @throws Error as `decode` does */
export async function readPicture(path: string, size: number): Promise<Uint8Array> {
  if (size === 0) throw new Error('the file is empty');
  if (size > MOST_FILE_BYTES)
    throw new Error(`the file has ${Math.round(size / 1e6)} MB, more than ${MOST_FILE_BYTES / 1e6}`);
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`cannot be read: ${firstLine(error)}`);
  }
}

function remarksOf(header: PictureHeader, ending: string | undefined): Remark[] {
  const all: [Remark, boolean][] = [
    ['animated', header.animated],
    ['cmyk', header.color === 'CMYK'],
    ['deep', header.bits > 8],
    ['turned', header.orientation > 1],
    ['misnamed', ending !== undefined && !endings[header.format].includes(ending)],
    ['transparent', header.alpha],
  ];
  return all.flatMap(([remark, holds]) => (holds ? [remark] : []));
}
