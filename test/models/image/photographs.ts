// Photographs of handwritten digits, synthesised from MNIST: paper and ink, light and shadow, noise, any place.
import type { Picture } from '../../../models/image/picture.ts';
import { resize } from '../../../models/image/resize.ts';

export interface Photograph {
  readonly width: number;
  readonly height: number;
  /** Side in pixels to which the 28x28 digit is scaled, and the place of its top left corner. */
  readonly side: number;
  readonly x: number;
  readonly y: number;
  readonly paper: readonly [number, number, number];
  readonly ink: readonly [number, number, number];
  /** Light lost from the top left to the bottom right corner, as a fraction. */
  readonly gradient?: number;
  /** Light lost in the corners, as a fraction. */
  readonly vignette?: number;
  /** Light lost to the right of a slanting edge through the middle, as a fraction. */
  readonly shadow?: number;
  /** Standard deviation of the noise, in levels. */
  readonly noise?: number;
  readonly seed?: number;
}

/** Photographs an MNIST digit (784 bytes, white ink on black) as RGB. */
export function photograph(digit: Uint8Array, options: Photograph): Picture {
  const {
    width,
    height,
    side,
    x: left,
    y: top,
    paper,
    ink,
    gradient = 0,
    vignette = 0,
    shadow = 0,
  } = options;
  const large = resize({ data: digit, width: 28, height: 28, channels: 1 }, side, side, 'bicubic').data;
  const random = uniform(options.seed ?? 1);
  const data = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x >= left && x < left + side && y >= top && y < top + side;
      const coverage = inside ? (large[(y - top) * side + x - left] ?? 0) / 255 : 0;
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const slant = (u + 0.3 * v - 0.65) * Math.min(width, height);
      const shaded = shadow / (1 + Math.exp(-slant / 4));
      const corner = 2 * ((u - 0.5) ** 2 + (v - 0.5) ** 2);
      const light = (1 - (gradient * (u + v)) / 2) * (1 - vignette * corner) * (1 - shaded);
      const noise = (random() + random() + random() + random() - 2) * Math.sqrt(3) * (options.noise ?? 0);
      for (const c of [0, 1, 2] as const) {
        data[(y * width + x) * 3 + c] = (paper[c] + (ink[c] - paper[c]) * coverage) * light + noise;
      }
    }
  }
  return { data, width, height, channels: 3 };
}

/** Uniform numbers in [0,1) from a 32-bit linear congruential generator (Numerical Recipes' constants). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
