// Mixes two pictures into one, whose label is then a share of each of theirs: MixUp and CutMix.
import type { Shape } from '../../models/image/shape.ts';
import { normal, type Random, random } from '../random.ts';
import { type AugmentFields, amount, numberOption, type Position, type Values } from './transform.ts';

const fields = {
  /** Blends each picture and its label with another's, by a share from Beta(mixup, mixup). */
  mixup: amount('a number', 100),
  /** Puts a rectangle of another picture into each, of an area from Beta(cutmix, cutmix). */
  cutmix: amount('a number', 100),
};

/** Mixing needs two pictures and changes labels, so it is no transform; see `mixOf`. */
export const mixing = {
  fields,
  options: {
    mixup: numberOption(
      'mixup',
      'Blend with another picture; the share is drawn from Beta(a, a) of this a (fastai: 0.4)',
    ),
    cutmix: numberOption(
      'cutmix',
      'Put in a rectangle of another picture; its share is drawn from Beta(a, a) of this a (fastai: 1)',
    ),
  },
} as const satisfies AugmentFields;

type MixOptions = Pick<Values<typeof fields>, 'mixup' | 'cutmix'>;

/** What a picture is mixed with, and how. */
export interface Mix {
  /** Index of the other picture in the split. */
  readonly partner: number;
  /** Share of the first picture, from 0 to 1. */
  readonly share: number;
  /** The mixture of the two, `[H,W,C]` uint8. */
  blend(image: Uint8Array, partner: Uint8Array): Uint8Array;
}

/** Whether pictures are mixed at all. */
export function mixes({ mixup, cutmix }: MixOptions): boolean {
  return Boolean(mixup || cutmix);
}

/**
 * How one picture is mixed in one epoch, a function of its position: with any other of the `n` pictures of its split,
 * as that one looks in the same epoch. Where both kinds are asked for, each is drawn for half of the pictures.
 *
 * mixup: Zhang et al. 2018, https://arxiv.org/abs/1710.09412, the larger share to the first picture as in fastai.
 * cutmix: Yun et al. 2019, https://arxiv.org/abs/1905.04899, algorithm 1.
 */
export function mixOf(
  { mixup, cutmix }: MixOptions,
  n: number,
  shape: Shape,
  { seed, epoch, index }: Position,
): Mix | undefined {
  if (!mixes({ ...(mixup && { mixup }), ...(cutmix && { cutmix }) })) return undefined;
  const next = random(seed, 'augment/mix', epoch, index);
  const partner = Math.floor(next() * n);
  const isMixup = next() < 0.5 ? Boolean(mixup) : !cutmix;
  return isMixup ? blendOf(partner, mixup ?? 0, next) : boxOf(partner, cutmix ?? 0, shape, next);
}

function blendOf(partner: number, alpha: number, next: Random): Mix {
  const drawn = beta(alpha, next);
  const share = Math.max(drawn, 1 - drawn);
  return {
    partner,
    share,
    blend: (image, other) => image.map((byte, i) => Math.round(share * byte + (1 - share) * (other[i] ?? 0))),
  };
}

function boxOf(partner: number, alpha: number, [height, width, channels]: Shape, next: Random): Mix {
  const cut = Math.sqrt(1 - beta(alpha, next));
  const edges = (side: number): [number, number] => {
    const [center, half] = [Math.floor(next() * side), Math.floor((side * cut) / 2)];
    return [Math.max(0, center - half), Math.min(side, center + half)];
  };
  const [left, right] = edges(width);
  const [top, bottom] = edges(height);
  return {
    partner,
    share: 1 - ((right - left) * (bottom - top)) / (width * height),
    blend(image, other) {
      const out = image.slice();
      for (let y = top; y < bottom; y++) {
        const [from, to] = [(y * width + left) * channels, (y * width + right) * channels];
        out.set(other.subarray(from, to), from);
      }
      return out;
    },
  };
}

/** A draw from the symmetric beta distribution, as the share of one of two gamma variables. */
export function beta(alpha: number, next: Random): number {
  const [a, b] = [gamma(alpha, next), gamma(alpha, next)];
  return a + b > 0 ? a / (a + b) : next() < 0.5 ? 0 : 1;
}

/**
 * A draw from the gamma distribution of shape `alpha` and scale 1.
 * Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables", with its section 6 for shapes below 1.
 */
function gamma(alpha: number, next: Random): number {
  if (alpha < 1) return gamma(alpha + 1, next) * (1 - next()) ** (1 / alpha);
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(next);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
