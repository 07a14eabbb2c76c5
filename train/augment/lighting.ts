// Brightness and contrast, as fastai changes them: a sum and a product on the logits of the pixels.
import type { Random } from '../random.ts';
import type { AugmentOptions } from './schema.ts';

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
  options: Pick<AugmentOptions, 'maxLighting' | 'pLighting'>,
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
