// Turns what a page has (an element, a frame, a file) into pixels.
import { orient } from '../../models/image/orient.ts';
import { bitmapOf } from './file.ts';
import type { Picture, ReadPicture } from './types.ts';

/**
 * Reads the pixels of a source in sRGB, upright, at its full size.
 *
 * @throws Error for a file that the browser cannot read as a picture, and for a source without pixels.
 */
export const readPicture: ReadPicture = async (source) => {
  if ('channels' in source) return source;
  if (source instanceof ImageData) return fromImageData(source);
  if (!(source instanceof Blob)) return drawn(source);
  const { bitmap, orientation } = await bitmapOf(source);
  try {
    return orient(drawn(bitmap), orientation);
  } finally {
    bitmap.close();
  }
};

/** Rows that are drawn at a time: some browsers have no canvas for a whole photograph (Safari: 16.7 megapixels). */
const BAND = 1024;

function drawn(source: CanvasImageSource): Picture {
  const [width, height] = sizeOf(source);
  if (width === 0 || height === 0) {
    throw new Error('The picture has no pixels: wait until it is loaded, then classify it.');
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
