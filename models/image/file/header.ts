// The one reader of picture files' headers, for training, server, predict and page: what a file is before it is decoded.
import { readBmpHeader } from './bmp-header.ts';
import type { Decodable } from './format.ts';
import { readGifHeader } from './gif-header.ts';
import { readJpegHeader } from './jpeg-header.ts';
import type { PictureHeader } from './picture-header.ts';
import { readPngHeader } from './png-header.ts';
import { readTiffHeader } from './tiff-header.ts';
import { readWebpHeader } from './webp-header.ts';

const readers: Readonly<Record<Decodable, (bytes: Uint8Array) => PictureHeader>> = {
  JPEG: readJpegHeader,
  PNG: readPngHeader,
  WebP: readWebpHeader,
  GIF: readGifHeader,
  BMP: readBmpHeader,
  TIFF: readTiffHeader,
};

/**
 * Reads the header of a picture file.
 *
 * @param format - what `detectFormat` says.
 * @throws Damaged with the reason.
 */
export function readHeader(bytes: Uint8Array, format: Decodable): PictureHeader {
  return readers[format](bytes);
}
