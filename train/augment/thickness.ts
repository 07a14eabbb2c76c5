// Makes light strokes thicker or thinner, as another pen or a finger on a screen would draw them.
import type { Shape } from '../datasets/dataset.ts';
import type { Random } from '../random.ts';
import { pad } from './pad.ts';
import type { AugmentOptions } from './schema.ts';

/**
 * Goes part of the way from an image to its gray dilation (lightest of a pixel and its four neighbors: thicker)
 * or its gray erosion (darkest: thinner). Outside the image is 0.
 *
 * @param image `[H,W,C]` uint8
 */
export function thickness(
  image: Uint8Array,
  shape: Shape,
  options: Pick<AugmentOptions, 'thickness'>,
  next: Random,
): Uint8Array {
  const [height, width, channels] = shape;
  const share = (options.thickness ?? 0) * (2 * next() - 1);
  const strength = Math.abs(share);
  const inverse = share < 0 ? 255 : 0; // the darkest is the inverse of the inverse's lightest
  const padded = pad(image, shape);
  const row = (width + 2) * channels;
  const out = new Uint8Array(image.length);

  let target = 0;
  for (let y = 0; y < height; y++) {
    let source = (y + 1) * row + channels;
    for (let x = 0; x < width * channels; x++, source++, target++) {
      const value = padded[source] ?? 0;
      const across = Math.max(
        (padded[source - channels] ?? 0) ^ inverse,
        (padded[source + channels] ?? 0) ^ inverse,
      );
      const along = Math.max((padded[source - row] ?? 0) ^ inverse, (padded[source + row] ?? 0) ^ inverse);
      const reached = Math.max(value ^ inverse, across, along) ^ inverse;
      out[target] = (value + strength * (reached - value) + 0.5) | 0;
    }
  }
  return out;
}
