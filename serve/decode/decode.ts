// Decodes pictures of requests with sharp: only four of its decoders are allowed, and nothing too large.
import sharp from 'sharp';
import { decodePicture, firstLine } from '../../models/image/decode.ts';
import type { Picture } from '../../models/image/picture.ts';
import { Refusal } from '../refusal.ts';
import { decodable, detectFormat, isDecodable } from './format.ts';
import { checkPixels } from './header.ts';

/** A picture whose header was read: its size, and a function that decodes it. */
export interface UndecodedPicture {
  readonly width: number;
  readonly height: number;
  decode(): Promise<Picture>;
}

/**
 * Sets sharp up for untrusted pictures, once in a process. libvips brings decoders for SVG, PDF, TIFF, HEIF and more,
 * which it would select by content; all but four are blocked, whatever the bytes claim to be. Its cache is off since no
 * picture comes twice, and each picture is decoded by one thread, so that there are not more threads than pictures.
 */
export function secureDecoders(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  });
}

/**
 * Reads the header of an encoded picture, without decoding it.
 *
 * @param pixels - limit (width times height).
 * @throws Refusal 415 when the bytes are not JPEG, PNG, WebP or GIF; 413 when there are too many pixels;
 * 422 when the header is damaged.
 */
export async function readHeader(bytes: Uint8Array, pixels: number): Promise<UndecodedPicture> {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) {
    throw new Refusal(
      415,
      `received ${describe(bytes, format)}, expected a picture: ${decodable.join(', ')}`,
    );
  }
  const { width, height } = await refuseDamage(format, () =>
    sharp(bytes, { limitInputPixels: false }).metadata(),
  );
  const large = checkPixels(format, width, height, pixels);
  if (large !== undefined) throw large;
  return { width, height, decode: () => refuseDamage(format, () => decodePicture(bytes, pixels)) };
}

/** All errors of sharp are about the bytes. Of libvips's lines, only the first is shown. */
async function refuseDamage<T>(format: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Refusal(422, `the ${format} could not be decoded: ${firstLine(error)}`);
  }
}

function describe(bytes: Uint8Array, format: string | undefined): string {
  if (format !== undefined) return format;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 8)).toString('hex');
  return `${bytes.length} bytes of an unknown format (starting with hex ${start})`;
}
