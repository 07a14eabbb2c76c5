// Decodes a picture file on Node: by sharp, and by our own decoders what sharp does not read, or all that they can where
// sharp, an optional package, is not installed.
import type { PictureHeader } from '../file/picture-header.ts';
import { orient } from '../orient.ts';
import type { Picture } from '../picture.ts';
import { decodeBmp } from './bmp.ts';
import { openJpegDecoder } from './jpeg.ts';
import { decodePng } from './png.ts';
import { decodeBySharp, NoSharp } from './sharp.ts';

/**
 * Decodes to 8-bit sRGB, upright, first frame.
 *
 * @param turbojpeg - libjpeg-turbo's library, for JPEGs where sharp is not installed.
 * @throws Damaged with the reason; NoSharp, with what to do.
 */
export async function decodePicture(
  bytes: Uint8Array,
  header: PictureHeader,
  turbojpeg?: string,
): Promise<Picture> {
  if (header.format === 'BMP') return decodeBmp(bytes);
  try {
    return await decodeBySharp(bytes, header);
  } catch (error) {
    if (!(error instanceof NoSharp)) throw error;
  }
  if (header.plain && header.format === 'PNG') return orient(decodePng(bytes), header.orientation);
  if (header.plain && header.format === 'JPEG' && turbojpeg !== undefined)
    return decodeJpeg(bytes, header, turbojpeg);
  throw new NoSharp(needsSharp(header));
}

/** The decoder is opened for this picture alone, so that none overwrites its pixels. */
function decodeJpeg(bytes: Uint8Array, header: PictureHeader, turbojpeg: string): Picture {
  const decode = openJpegDecoder(turbojpeg);
  return decode(bytes, header, 1, (picture) => orient(picture, header.orientation));
}

/** Why a file cannot be read where sharp is not installed. */
function needsSharp({ format, plain }: PictureHeader): string {
  const kind = format === 'PNG' || (format === 'JPEG' && !plain) ? `this kind of ${format}` : format;
  return `${kind} is read by the package sharp, which is not installed: npm install sharp`;
}
