// Turns a file into a picture to be shown and classified: decoded by the browser, upright.
import { type Picture, readPicture } from '../../component/index.ts';

/** Pixels of the longer side as it is shown: more than any screen's frame has. */
const longest = 2048;

/** A photo, to be shown and to be classified. */
export interface Photo {
  /** All pixels of the file: a model sees what it would see on the server. */
  readonly picture: Picture;
  /** Not larger than needed to be shown. */
  readonly bitmap: ImageBitmap;
  /** The file, for a server: less to send than the pixels of a large one. */
  readonly file?: Blob | undefined;
}

/**
 * Reads an image file.
 *
 * @throws Error that names what the file is, when the browser cannot read it as a picture.
 */
export async function readPhoto(file: Blob): Promise<Photo> {
  const picture = await readPicture(file);
  const { width, height } = picture;
  const isLarge = Math.max(width, height) > longest;
  return {
    picture,
    bitmap: await shown(new ImageData(pixelsOf(picture), width, height)),
    file: isLarge ? file : undefined,
  };
}

/** A photo from a bitmap, which is closed. */
export async function photoOf(full: ImageBitmap): Promise<Photo> {
  const picture = await readPicture(full);
  const bitmap = await shown(full);
  full.close();
  return { bitmap, picture };
}

/** A bitmap that is reduced when it is larger than needed. */
function shown(source: ImageBitmap | ImageData): Promise<ImageBitmap> {
  const { width, height } = source;
  const scale = longest / Math.max(width, height);
  if (scale >= 1) return createImageBitmap(source);
  return createImageBitmap(source, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
}

/** The bytes of a picture with four channels, for an ImageData. */
function pixelsOf({ data }: Picture): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(data);
}

/** A photo from pixels that are here already. */
export async function photoFrom(picture: Picture): Promise<Photo> {
  const { data, width, height, channels } = picture;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = data[i * channels + (channels === 1 ? 0 : c)] ?? 0;
    image.data[4 * i + 3] = 255;
  }
  return { picture, bitmap: await createImageBitmap(image) };
}
