// Makes light strokes thicker or thinner, as another pen or a finger on a screen would draw them.
import type { Shape } from '../../models/image/shape.ts';
import type { Random } from '../random.ts';
import { pad } from './pad.ts';
import { amount, defineTransform, numberOption } from './transform.ts';

export const strokeThickness = defineTransform({
  name: 'thickness',
  fields: {
    /** 1 replaces each pixel by the lightest or darkest of its neighborhood, 0.5 goes half of the way. */
    thickness: amount('a fraction', 1),
  },
  options: {
    thickness: numberOption('thickness', 'Strokes: thicker or thinner by up to so many pixels (digits: 0.4)'),
  },
  effects: [{ name: 'thickness', fields: ['thickness'], risk: 'thin strokes may vanish, near ones touch' }],
  isOn: (options) => Boolean(options.thickness),
  apply: (image, { shape, options, draws }) => thickness(image, shape, options, draws('thickness')),
});

/**
 * Goes part of the way from an image to its gray dilation (lightest of a pixel and its four neighbors: thicker)
 * or its gray erosion (darkest: thinner). Outside the image is 0.
 *
 * @param image `[H,W,C]` uint8
 */
export function thickness(
  image: Uint8Array,
  shape: Shape,
  options: { readonly thickness?: number },
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
