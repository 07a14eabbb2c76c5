// Shifts an image by whole pixels and fills the edge with the image's own reflection.
import { z } from 'zod';
import type { Shape } from '../../models/image/shape.ts';
import type { Random } from '../random.ts';
import { defineTransform, LEAVES_FRAME, numberOption } from './transform.ts';

export const wholePixelShift = defineTransform({
  name: 'translate',
  fields: {
    /** Whole pixels in either direction along either axis, the edge filled by reflection. */
    translate: z
      .int({ error: 'expected whole pixels' })
      .min(0, { error: 'expected 0 or more' })
      .exactOptional(),
  },
  options: {
    translate: numberOption('translate', 'Shift by up to so many whole pixels, edges reflected'),
  },
  effects: [{ name: 'whole-pixel shift', fields: ['translate'], risk: LEAVES_FRAME }],
  isOn: (options) => Boolean(options.translate),
  apply: (image, { shape, options, draws }) => translate(image, shape, options, draws('translate')),
});

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
  options: { readonly translate?: number },
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
