// Decodes pictures of requests with sharp: only four of its decoders are allowed, and nothing too large.
import sharp from 'sharp';
import { decodePicture, firstLine } from '../../models/image/decode.ts';
import type { Picture } from '../../models/image/picture.ts';
import { countScans } from '../../models/image/scans.ts';
import type { PictureHeader, Target } from '../../models/image/work.ts';
import { Refusal } from '../refusal.ts';
import { checkWork } from './check-work.ts';
import { decodable, detectFormat, isDecodable } from './format.ts';

/** A picture whose header was read: its upright size, and a function that decodes it. */
export interface UndecodedPicture extends PictureHeader {
  /** @param seconds - after which it is given up. */
  decode(seconds?: number): Promise<Picture>;
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
 * @param target - what the picture becomes, the work of which counts.
 * @throws Refusal 415 when the bytes are not JPEG, PNG, WebP or GIF; 413 when there are too many pixels, or too much
 * work; 422 when the header is damaged.
 */
export async function readHeader(
  bytes: Uint8Array,
  pixels: number,
  target?: Target,
): Promise<UndecodedPicture> {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) {
    throw new Refusal(
      415,
      `received ${describe(bytes, format)}, expected a picture: ${decodable.join(', ')}`,
    );
  }
  const { autoOrient } = await refuseDamage(format, () =>
    sharp(bytes, { limitInputPixels: false }).metadata(),
  );
  const scans = format === 'JPEG' ? countScans(bytes) : 1;
  const header = { width: autoOrient.width, height: autoOrient.height, scans, bySharp: true };
  const large = checkWork(format, header, pixels, target);
  if (large !== undefined) throw large;
  return {
    ...header,
    decode: (seconds) => refuseDamage(format, () => decodePicture(bytes, pixels, seconds)),
  };
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
