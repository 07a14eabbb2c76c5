// Erases a rectangle, so that a network cannot rely on one part of a picture alone.
import type { Shape } from '../../models/image/shape.ts';
import { normal, type Random } from '../random.ts';
import { amount, defineTransform, numberOption } from './transform.ts';

export const erasing = defineTransform({
  name: 'erase',
  fields: {
    /** Share of the pictures in which a rectangle is erased. */
    erase: amount('a share', 1),
  },
  options: { erase: numberOption('erase', 'Share of pictures in which a rectangle is erased') },
  effects: [{ name: 'erasing', fields: ['erase'], risk: 'a part is hidden: wrong where everything counts' }],
  isOn: (options) => Boolean(options.erase),
  apply: (image, { shape, options, draws }) => erase(image, shape, options, draws('photo/erase')),
});

/** Bounds of the rectangle: its share of the picture's area, and of its sides' ratio; fastai's `RandomErasing`. */
const LARGEST = 0.3;
const LEAST_ASPECT = 0.3;

/** Noise of mean and deviation of photographs (ImageNet's green), in place of a standard normal after normalizing. */
const MEAN = 0.456 * 255;
const DEVIATION = 0.224 * 255;

/**
 * With probability `erase`, the picture with one rectangle of up to 30 % of its area replaced by noise.
 * Zhong et al. 2020, "Random Erasing Data Augmentation", https://arxiv.org/abs/1708.04896; bounds as in fastai.
 *
 * @param image `[H,W,C]` uint8
 */
export function erase(
  image: Uint8Array,
  [height, width, channels]: Shape,
  options: { readonly erase?: number },
  next: Random,
): Uint8Array {
  if (next() >= (options.erase ?? 0)) return image;
  const area = next() * LARGEST * height * width;
  const aspect = Math.exp((2 * next() - 1) * Math.log(1 / LEAST_ASPECT));
  const [top, bottom] = slice(area * aspect, height, next);
  const [left, right] = slice(area / aspect, width, next);
  const out = image.slice();
  for (let y = top; y < bottom; y++)
    for (let i = (y * width + left) * channels; i < (y * width + right) * channels; i++)
      out[i] = Math.min(255, Math.max(0, Math.round(MEAN + DEVIATION * normal(next))));
  return out;
}

/** A stretch as long as the square root of `area`, as far as there is room, at random. */
function slice(area: number, side: number, next: Random): [from: number, to: number] {
  const length = Math.min(side, Math.round(Math.sqrt(area)));
  const from = Math.floor(next() * (side - length + 1));
  return [from, from + length];
}
