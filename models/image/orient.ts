// Turns a picture upright by the orientation that its camera wrote down.
import { checkPicture, type Orientation, type Picture } from './picture.ts';

/** Where the result's top left pixel lies in the source, and the way to go from there, in columns and rows. */
interface Walk {
  readonly fromRight: boolean;
  readonly fromBottom: boolean;
  readonly swapped: boolean;
}

const walks: Record<Orientation, Walk> = {
  1: { fromRight: false, fromBottom: false, swapped: false },
  2: { fromRight: true, fromBottom: false, swapped: false },
  3: { fromRight: true, fromBottom: true, swapped: false },
  4: { fromRight: false, fromBottom: true, swapped: false },
  5: { fromRight: false, fromBottom: false, swapped: true },
  6: { fromRight: false, fromBottom: true, swapped: true },
  7: { fromRight: true, fromBottom: true, swapped: true },
  8: { fromRight: true, fromBottom: false, swapped: true },
};

/**
 * Undoes an EXIF orientation: the result is upright, as Pillow's `ImageOps.exif_transpose` gives it.
 * Orientations 5 to 8 swap width and height.
 *
 * Reference: EXIF 2.32, tag 0x0112.
 *
 * @returns the same picture for orientation 1, a new one otherwise.
 */
export function orient(picture: Picture, orientation: Orientation): Picture {
  checkPicture(picture);
  if (orientation === 1) return picture;
  const { data, width, height, channels } = picture;
  const { fromRight, fromBottom, swapped } = walks[orientation];
  const column = fromRight ? -channels : channels;
  const row = fromBottom ? -width * channels : width * channels;
  const start = (fromRight ? (width - 1) * channels : 0) + (fromBottom ? (height - 1) * width * channels : 0);
  const [outWidth, outHeight] = swapped ? [height, width] : [width, height];
  const [stepX, stepY] = swapped ? [row, column] : [column, row];

  const out = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < outHeight; y++) {
    let from = start + y * stepY;
    for (let x = 0; x < outWidth; x++) {
      for (let c = 0; c < channels; c++) out[to++] = data[from + c] ?? 0;
      from += stepX;
    }
  }
  return { data: out, width: outWidth, height: outHeight, channels };
}
