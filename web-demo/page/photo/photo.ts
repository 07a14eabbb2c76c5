// Turns a file into a picture to be shown and classified: decoded by the browser, upright, not larger than needed.
import { type Picture, readPicture } from '../../component/index.ts';

/** Pixels of the longer side: more than any model's input has, and fast to send to the server. */
const longest = 2048;

/** A photo, to be shown and to be classified: the same pixels for both. */
export interface Photo {
  readonly picture: Picture;
  readonly bitmap: ImageBitmap;
}

/**
 * Reads an image file.
 *
 * @throws Error when the browser cannot read it as a picture.
 */
export async function readPhoto(file: Blob): Promise<Photo> {
  const full = await createImageBitmap(file).catch(() => {
    const type = file.type || 'of unknown type';
    throw new Error(`That file (${type}) is not a picture that this browser can read.`);
  });
  return photoOf(full);
}

/** A photo from a bitmap, reduced when it is larger than needed. */
export async function photoOf(full: ImageBitmap): Promise<Photo> {
  const scale = longest / Math.max(full.width, full.height);
  const bitmap =
    scale >= 1
      ? full
      : await createImageBitmap(full, {
          resizeWidth: Math.max(1, Math.round(full.width * scale)),
          resizeHeight: Math.max(1, Math.round(full.height * scale)),
          resizeQuality: 'high',
        });
  if (bitmap !== full) full.close();
  return { bitmap, picture: await readPicture(bitmap) };
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
