// Decodes a file of a folder as the server decodes an upload: 8-bit sRGB, upright, first frame.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Metadata } from 'sharp';
import { decodePicture, firstLine } from '../../../models/image/decode.ts';
import { MOST_PIXELS, type Picture } from '../../../models/image/picture.ts';
import { countScans } from '../../../models/image/scans.ts';
import { type Target, tooMuch } from '../../../models/image/work.ts';
import type { Remark } from './findings.ts';

export interface Decoded {
  readonly picture: Picture;
  readonly remarks: readonly Remark[];
}

/** Larger files are no photographs, and are not read. */
export const MOST_BYTES = 200_000_000;
/** A side that is shorter shows nothing. */
const LEAST_SIDE = 4;

/** What libvips calls the formats that the server takes, and what their files are called. */
const formats: ReadonlyMap<string, readonly string[]> = new Map([
  ['jpeg', ['.jpg', '.jpeg', '.jpe', '.jfif']],
  ['png', ['.png']],
  ['webp', ['.webp']],
  ['gif', ['.gif']],
]);

/**
 * @param target - what the picture becomes, the work of which counts.
 * @throws Error, whose message says why a person's file cannot be used
 */
export async function decode(path: string, bytes: Uint8Array, target?: Target): Promise<Decoded> {
  const header = await metadataOf(bytes);
  const names = formats.get(header.format);
  if (names === undefined)
    throw new Error(`${header.format} is not decoded: turn it into JPEG, PNG, WebP or GIF`);
  const { width, height } = header.autoOrient;
  const scans = header.format === 'jpeg' ? countScans(bytes) : 1;
  const large = tooMuch({ width, height, scans, bySharp: true }, MOST_PIXELS, target);
  if (large !== undefined) throw new Error(`it is ${large}`);
  if (Math.min(width, height) < LEAST_SIDE)
    throw new Error(`${width}x${height} pixels show nothing; ${LEAST_SIDE} along each side are the least`);
  const picture = await decodePicture(bytes).catch((error: unknown) => {
    throw new Error(`the ${header.format.toUpperCase()} is damaged: ${firstLine(error)}`);
  });
  return { picture, remarks: remarksOf(header, !names.includes(extname(path).toLowerCase())) };
}

/** Reads a file that may be of any kind. @throws Error as `decode` does */
export async function readPicture(path: string, size: number): Promise<Uint8Array> {
  if (size === 0) throw new Error('the file is empty');
  if (size > MOST_BYTES)
    throw new Error(`the file has ${Math.round(size / 1e6)} MB, more than ${MOST_BYTES / 1e6}`);
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`cannot be read: ${firstLine(error)}`);
  }
}

function remarksOf({ pages, space, depth, orientation, hasAlpha }: Metadata, misnamed: boolean): Remark[] {
  const all: [Remark, boolean][] = [
    ['animated', (pages ?? 1) > 1],
    ['cmyk', space === 'cmyk'],
    ['deep', depth === 'ushort'],
    ['turned', (orientation ?? 1) > 1],
    ['misnamed', misnamed],
    ['transparent', hasAlpha],
  ];
  return all.flatMap(([remark, holds]) => (holds ? [remark] : []));
}

async function metadataOf(bytes: Uint8Array): Promise<Metadata> {
  const { default: sharp } = await import('sharp');
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch {
    throw new Error('it is not a picture, or its header is damaged');
  }
}
