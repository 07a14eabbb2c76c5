// Brightness and contrast, as fastai changes them: a sum and a product on the logits of the pixels.
import type { Random } from '../random.ts';
import { amount, defineTransform, numberOption } from './transform.ts';

export const light = defineTransform({
  name: 'lighting',
  fields: {
    /** Brightness and contrast: how far the middle gray moves, and how much steeper or flatter. */
    maxLighting: amount('a fraction', 0.95),
    /** Share of the pictures whose brightness changes, and whose contrast does; 0.75 if left out. */
    pLighting: amount('a share', 1),
  },
  options: {
    'max-lighting': numberOption('maxLighting', 'Change of brightness and contrast, as a share (photo: 0.2)'),
    'p-lighting': numberOption('pLighting', 'Share of pictures whose brightness and contrast change (0.75)'),
  },
  effects: [
    {
      name: 'light',
      fields: ['maxLighting', 'pLighting'],
      risk: 'brightness and contrast change: wrong where they decide the class',
    },
  ],
  isOn: (options) => Boolean(options.maxLighting),
  apply: (image, { options, draws }) => lighting(image, options, (stream) => draws(`photo/${stream}`)),
});

/** Share of the pictures that are changed, as fastai's `p_lighting`. */
const P_LIGHTING = 0.75;

/** Logits of black and white are infinite; fastai cuts them here. */
const CUT = 1e-7;

/**
 * The picture in another light: x becomes sigmoid(contrast * (logit(x) + logit(brightness))), brightness drawn from
 * 0.5 * (1 - m) to 0.5 * (1 + m), contrast from 1 - m to 1 / (1 - m) on a logarithmic scale, m being `maxLighting`.
 * fastai 2, vision/augment.py, `Brightness` and `Contrast`.
 *
 * @param image `[H,W,C]` uint8
 */
export function lighting(
  image: Uint8Array,
  options: { readonly maxLighting?: number; readonly pLighting?: number },
  draws: (transform: string) => Random,
): Uint8Array {
  const most = options.maxLighting ?? 0;
  const share = options.pLighting ?? P_LIGHTING;
  const [light, contrast] = [draws('brightness'), draws('contrast')];
  const change = light() < share ? 0.5 * (1 + most * (2 * light() - 1)) : 0.5;
  const factor = contrast() < share ? Math.exp(Math.log(1 - most) * (2 * contrast() - 1)) : 1;
  const table = Uint8Array.from({ length: 256 }, (_, byte) =>
    Math.round(255 * sigmoid(factor * (logit(byte / 255) + logit(change)))),
  );
  return image.map((byte) => table[byte] ?? 0);
}

function logit(x: number): number {
  const inside = Math.min(1 - CUT, Math.max(CUT, x));
  return Math.log(inside / (1 - inside));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
