// Decodes a picture with sharp: 8-bit sRGB, upright, first frame. Only four decoders are let in, and nothing too large.
import sharp from 'sharp';
import type { Picture } from '../../models/image/picture.ts';
import { Refusal } from '../refusal.ts';
import { decodable, formatOf, isDecodable } from './format.ts';
import { checkPixels } from './header.ts';

/** A picture whose header was read: what it will cost, and how to get it. */
export interface Encoded {
  readonly width: number;
  readonly height: number;
  decode(): Promise<Picture>;
}

/**
 * Sets sharp up for untrusted pictures, once in a process. libvips brings decoders for SVG, PDF, TIFF, HEIF and more,
 * which it would choose by content; all but four are blocked, whatever the bytes claim to be. Its cache is off since
 * no picture comes twice, and each picture is decoded by one thread, so that threads are not more than pictures.
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
 * @param pixels - how many there may be (width times height).
 * @throws Refusal 415 when the bytes are not JPEG, PNG, WebP or GIF; 413 when there are too many pixels;
 * 422 when the header is damaged.
 */
export async function readHeader(bytes: Uint8Array, pixels: number): Promise<Encoded> {
  const format = formatOf(bytes);
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
  return { width, height, decode: () => decode(bytes, format, pixels) };
}

/**
 * JPEGs with damage inside the data are decoded as browsers do, garbage where the damage is; one that ends early is
 * refused (`failOn: 'error'`). Embedded colour profiles, CMYK and 16 bits become 8-bit sRGB. EXIF orientation is
 * applied here, where the pixels are copied anyway: the same turns as models/image/orient.ts.
 */
async function decode(bytes: Uint8Array, format: string, pixels: number): Promise<Picture> {
  const { data, info } = await refuseDamage(format, () =>
    sharp(bytes, { limitInputPixels: pixels, failOn: 'error' })
      .autoOrient()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new Error(`sharp gave ${channels} channels for sRGB`);
  // Copied to a buffer that can be moved to a worker. sharp's own toUint8Array() gives one too, but leaks (0.35.5).
  return { data: new Uint8Array(data), width, height, channels };
}

/** Everything that sharp throws about bytes is about those bytes; libvips's lines are shortened to the first. */
async function refuseDamage<T>(format: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Refusal(422, `the ${format} could not be decoded: ${reason}`);
  }
}

function describe(bytes: Uint8Array, format: string | undefined): string {
  if (format !== undefined) return format;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 8)).toString('hex');
  return `${bytes.length} bytes of no known kind (starting with hex ${start})`;
}
