// What a decoded picture is: bytes with a width, a height and a number of channels.

/**
 * A decoded picture: `data` is `[height, width, channels]` uint8, row by row from the top left.
 * Channels: 1 gray, 3 RGB, 4 RGBA with straight (not premultiplied) alpha. The color space is sRGB.
 * A browser's `ImageData` becomes one with `channels: 4`.
 */
export interface Picture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/**
 * Default limit of a picture's pixels (width times height), the same for training and for serving: telephones'
 * photographs of 50 megapixels (8192x6144) and of 64 (9280x6944).
 */
export const MOST_PIXELS = 65_000_000;

/** Larger files are no photographs: in folders and on command lines, where no request's limit is. */
export const MOST_FILE_BYTES = 200_000_000;

/** EXIF tag 0x0112: how a camera was held. 1 is upright; the other seven are turns and reflections. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * Checks that a picture has bytes, as many as its size says.
 *
 * @throws RangeError otherwise: numbers from 0 to 1, as other libraries have them, would be read as a black picture.
 */
export function checkPicture(picture: Picture): void {
  const { data, width, height, channels } = picture;
  const type = Object.prototype.toString.call(data).slice('[object '.length, -1); // also of another realm
  if (type !== 'Uint8Array' && type !== 'Uint8ClampedArray')
    throw new RangeError(
      `picture: data: received ${type}, expected a Uint8Array or Uint8ClampedArray of numbers from 0 to 255`,
    );
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new RangeError(`picture: channels: received ${channels}, expected 1, 3 or 4`);
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole || data.length !== width * height * channels) {
    throw new RangeError(
      `picture: received ${data.length} bytes for ${width}x${height}x${channels}, expected width * height * channels of them, with whole positive sides`,
    );
  }
}
