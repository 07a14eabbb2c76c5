// Decodes any picture with sharp: the one way for folders of training pictures and for uploads. Node only: on the page
// the browser decodes. sharp's library is loaded with the first picture.
import { messageOf } from '../errors.ts';
import { MOST_PIXELS, type Picture } from './picture.ts';

/**
 * Decodes to 8-bit sRGB, upright, first frame. Embedded color profiles, CMYK and 16 bits become 8-bit sRGB; EXIF
 * orientation is applied here, where the pixels are copied anyway: the same turns as orient.ts. JPEGs with damage inside
 * the data are decoded as browsers do, garbage where the damage is; one that ends early is refused (`failOn: 'error'`).
 *
 * @param pixels - how many there may be.
 * @param seconds - after which decoding is given up; 0 is never.
 * @returns 3 or 4 channels, on a buffer that can be moved to a worker.
 * @throws Error with libvips's lines; `firstLine` is the reason.
 */
export async function decodePicture(
  bytes: Uint8Array,
  pixels: number = MOST_PIXELS,
  seconds = 0,
): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(bytes, { limitInputPixels: pixels, failOn: 'error' })
    .autoOrient()
    .toColorspace('srgb')
    .raw({ depth: 'uchar' })
    .timeout({ seconds })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new Error(`sharp gave ${channels} channels for sRGB`);
  // Copied: sharp's own toUint8Array() gives such a buffer too, but leaks (0.35.5).
  return { data: new Uint8Array(data), width, height, channels };
}

/** What went wrong, in one line. */
export function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}
