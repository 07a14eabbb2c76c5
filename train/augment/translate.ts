// Shifts an image by whole pixels and fills the edge with the image's own reflection.
import type { Shape } from '../datasets/dataset.ts';
import type { Random } from '../random.ts';
import type { AugmentOptions } from './schema.ts';

/**
 * The image moved by up to `translate` whole pixels along each axis: a random crop of the image padded by reflection,
 * the edge pixel not repeated.
 *
 * @param image `[H,W,C]` uint8
 * @throws RangeError if the image is too small to reflect that far
 */
export function translate(
  image: Uint8Array,
  [height, width, channels]: Shape,
  options: Pick<AugmentOptions, 'translate'>,
  next: Random,
): Uint8Array {
  const most = options.translate ?? 0;
  if (most >= height || most >= width) {
    throw new RangeError(
      `translate: expected less than the image's ${height}x${width} pixels, received ${most}`,
    );
  }
  const down = Math.floor(next() * (2 * most + 1)) - most;
  const right = Math.floor(next() * (2 * most + 1)) - most;
  const out = new Uint8Array(image.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    const row = reflect(y + down, height) * width;
    for (let x = 0; x < width; x++) {
      const source = (row + reflect(x + right, width)) * channels;
      for (let channel = 0; channel < channels; channel++) out[target++] = image[source + channel] ?? 0;
    }
  }
  return out;
}

function reflect(place: number, length: number): number {
  const inside = Math.abs(place);
  return inside < length ? inside : 2 * (length - 1) - inside;
}
