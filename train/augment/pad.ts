// Puts a border of zeros, one pixel wide, around an image, so that what looks at neighbors needs no edge cases.
import type { Shape } from '../../models/image/shape.ts';

/** `[H,W,C]` to `[H+2,W+2,C]`. */
export function pad(image: Uint8Array, [height, width, channels]: Shape): Uint8Array {
  const row = width * channels;
  const paddedRow = row + 2 * channels;
  const padded = new Uint8Array((height + 2) * paddedRow);
  for (let y = 0; y < height; y++) {
    const target = (y + 1) * paddedRow + channels;
    for (let x = 0; x < row; x++) padded[target + x] = image[y * row + x] ?? 0;
  }
  return padded;
}
