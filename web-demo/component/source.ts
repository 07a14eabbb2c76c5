// Turns what a page has (an element, a frame, a file) into pixels.
import { messageOf } from '../../models/errors.ts';
import { orient } from '../../models/image/orient.ts';
import { checkPicture } from '../../models/image/picture.ts';
import { PictureError } from './errors.ts';
import { bitmapOf } from './file.ts';
import type { Picture, ReadPicture } from './types.ts';

/**
 * Reads the pixels of a source in sRGB, upright, at its full size.
 *
 * @throws PictureError for a file that the browser cannot read as a picture, and for a source without pixels; TypeError for
 * what can be none.
 */
export const readPicture: ReadPicture = async (source, signal) => {
  if (typeof source === 'string' || source instanceof URL) return fromFile(await fetchFile(source, signal));
  if (source instanceof Blob) return fromFile(source);
  if (typeof source !== 'object' || source === null) throw notPicture(source);
  if ('channels' in source) return checked(source);
  return source instanceof ImageData ? fromImageData(source) : drawn(source);
};

function notPicture(source: unknown): TypeError {
  return new TypeError(
    `received ${source}, expected a picture: an image, a canvas, a video, a frame, a file or its address, or pixels`,
  );
}

/** @throws PictureError when the bytes are not as many as the size says. */
function checked(picture: Picture): Picture {
  try {
    checkPicture(picture);
    return picture;
  } catch (error) {
    throw error instanceof RangeError ? new PictureError(error.message, { cause: error }) : error;
  }
}

async function fetchFile(source: string | URL, signal: AbortSignal | undefined): Promise<Blob> {
  const url = new URL(source, document.baseURI).href;
  const shown = url.length > 200 ? `${url.slice(0, 200)}…` : url;
  const response = await fetch(url, { signal: signal ?? null }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new PictureError(`${shown} cannot be fetched: ${messageOf(error)}`, { cause: error });
  });
  if (!response.ok) throw new PictureError(`${shown} answered ${response.status}, expected a picture`);
  return response.blob();
}

async function fromFile(file: Blob): Promise<Picture> {
  const { bitmap, orientation } = await bitmapOf(file);
  try {
    return orient(drawn(bitmap), orientation);
  } finally {
    bitmap.close();
  }
}

/** Rows that are drawn at a time: some browsers have no canvas for a whole photograph (Safari: 16.7 megapixels). */
const BAND = 1024;

function drawn(source: CanvasImageSource): Picture {
  const [width, height] = sizeOf(source);
  if (typeof width !== 'number' || typeof height !== 'number') throw notPicture(source);
  if (width === 0 || height === 0) {
    throw new PictureError('The picture has no pixels: wait until it is loaded, then classify it.');
  }
  const rows = Math.min(height, BAND);
  const canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += rows) {
    const band = Math.min(rows, height - y);
    context.clearRect(0, 0, width, rows);
    context.drawImage(source, 0, -y, width, height);
    data.set(context.getImageData(0, 0, width, band, { colorSpace: 'srgb' }).data, y * width * 4);
  }
  return { data, width, height, channels: 4 };
}

function fromImageData({ data, width, height }: ImageData): Picture {
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height, channels: 4 };
}

/** The source's own pixels, not those of its box on the page. */
function sizeOf(source: CanvasImageSource): [width: number, height: number] {
  if (source instanceof HTMLImageElement) return [source.naturalWidth, source.naturalHeight];
  if (source instanceof HTMLVideoElement) return [source.videoWidth, source.videoHeight];
  if (source instanceof SVGImageElement) {
    return [Math.round(source.width.baseVal.value), Math.round(source.height.baseVal.value)];
  }
  if ('displayWidth' in source) return [source.displayWidth, source.displayHeight];
  return [source.width, source.height];
}
