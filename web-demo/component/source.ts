// Turns what a page has (an element, a frame, a file) into pixels.
import { messageOf } from '../../models/errors.ts';
import { orient } from '../../models/image/orient.ts';
import { checkPicture } from '../../models/image/picture.ts';
import { isAddress, wholeAddress } from './base.ts';
import { PictureError } from './errors.ts';
import { bitmapOf } from './file.ts';
import { isBlob, isImageData, isUrl } from './kind.ts';
import type { Picture, ReadPicture } from './types.ts';

/**
 * Reads the pixels of a source in sRGB, upright, at its full size.
 *
 * @throws PictureError for a file that the browser cannot read as a picture, and for a source without pixels; TypeError for
 * what can be none.
 */
export const readPicture: ReadPicture = async (source, signal) => {
  if (typeof source === 'string' || isUrl(source)) return fromFile(await fetchFile(source, signal));
  if (isBlob(source)) return fromFile(source);
  if (typeof source !== 'object' || source === null) throw notPicture(source);
  if ('channels' in source) return checked(source);
  return isImageData(source) ? fromImageData(source) : drawn(source);
};

function notPicture(source: unknown): TypeError {
  const shown = typeof source === 'string' ? JSON.stringify(source) : source;
  return new TypeError(
    `received ${shown}, expected a picture: an image, a canvas, a video, a frame, a file or its address, or pixels`,
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
  if (typeof source === 'string' && !isAddress(source)) throw notPicture(source);
  const url = wholeAddress(source).href;
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
  const size = sizeOf(source);
  if (!size) throw notPicture(source);
  const [width, height] = size;
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
    data.set(
      readable(() => {
        context.drawImage(source, 0, -y, width, height);
        return context.getImageData(0, 0, width, band, { colorSpace: 'srgb' }).data;
      }),
      y * width * 4,
    );
  }
  return { data, width, height, channels: 4 };
}

/** @throws PictureError in place of what browsers say of pixels that a page may not read, or that cannot be drawn. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : '';
    if (name === 'SecurityError') throw new PictureError(FOREIGN, { cause });
    if (name === 'InvalidStateError')
      throw new PictureError(`The picture cannot be drawn: ${messageOf(cause)}`, { cause });
    throw cause;
  }
}

const FOREIGN =
  "The picture, or a part of it, is from another host, and browsers keep its pixels from this page: give the element crossorigin='anonymous', " +
  'and have that host send the header Access-Control-Allow-Origin.';

/** Bytes in sRGB are taken as they are; other numbers and color spaces are turned into them. */
function fromImageData(image: ImageData): Picture {
  const { width, height, colorSpace } = image;
  const data: ArrayLike<number> = image.data; // TypeScript's types do not know `pixelFormat: 'rgba-float16'` yet
  if (colorSpace !== 'srgb') {
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.putImageData(image, 0, 0);
    return drawn(canvas);
  }
  if (image.data.BYTES_PER_ELEMENT === 1)
    return {
      data: new Uint8Array(image.data.buffer, image.data.byteOffset, data.length),
      width,
      height,
      channels: 4,
    };
  return { data: Uint8ClampedArray.from(data, (value) => 255 * value), width, height, channels: 4 };
}

/**
 * The source's own pixels, not those of its box on the page. What it is, is told by what it has: workers have no elements,
 * and those of another window are of other classes.
 */
function sizeOf(source: CanvasImageSource): [width: number, height: number] | undefined {
  if ('naturalWidth' in source) return [source.naturalWidth, source.naturalHeight];
  if ('videoWidth' in source) return [source.videoWidth, source.videoHeight];
  if ('displayWidth' in source) return [source.displayWidth, source.displayHeight];
  const { width, height } = source;
  if (typeof width === 'number' && typeof height === 'number') return [width, height];
  if (typeof width !== 'object' || typeof height !== 'object') return undefined;
  return [Math.round(width.baseVal.value), Math.round(height.baseVal.value)];
}
