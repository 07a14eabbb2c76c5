// The eight symmetries of the square: quarter turns and mirror images.
import type { Shape } from '../../models/image/shape.ts';
import type { Random } from '../random.ts';

/**
 * Half of the pictures in one of the eight positions of a square, drawn at random: fastai's `Dihedral(p=0.5)`, for
 * pictures that have no up and down, such as those from above.
 *
 * @param image `[H,W,C]` uint8, H and W equal
 * @throws RangeError if they are not
 */
export function dihedral(image: Uint8Array, shape: Shape, next: Random): Uint8Array {
  const moved = next() < 0.5;
  const position = Math.floor(next() * 8);
  return moved && position > 0 ? inPosition(image, shape, position) : image;
}

/** Position 0 is the picture itself; bit 0 mirrors left and right, bit 1 top and bottom, bit 2 swaps the axes. */
export function inPosition(
  image: Uint8Array,
  [height, width, channels]: Shape,
  position: number,
): Uint8Array {
  if (height !== width)
    throw new RangeError(`dihedral: expected a square picture, received ${height}x${width} pixels`);
  const out = new Uint8Array(image.length);
  let target = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [fromX, fromY] = position & 4 ? [y, x] : [x, y];
      if (position & 1) fromX = width - 1 - fromX;
      if (position & 2) fromY = height - 1 - fromY;
      const source = (fromY * width + fromX) * channels;
      for (let channel = 0; channel < channels; channel++) out[target++] = image[source + channel] ?? 0;
    }
  return out;
}
