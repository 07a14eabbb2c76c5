// Turns what a page has (an element, a frame, a file) into pixels.
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
  const bitmap = await createImageBitmap(source).catch(() => {
    const type = source.type || 'of unknown type';
    throw new Error(`That file (${type}) is not a picture that this browser can read.`);
  });
  try {
    return drawn(bitmap);
  } finally {
    bitmap.close();
  }
};

function drawn(source: CanvasImageSource): Picture {
  const [width, height] = sizeOf(source);
  if (width === 0 || height === 0) {
    throw new Error('The picture has no pixels: wait until it is loaded, then classify it.');
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  context.drawImage(source, 0, 0, width, height);
  return fromImageData(context.getImageData(0, 0, width, height, { colorSpace: 'srgb' }));
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
