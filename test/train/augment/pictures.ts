// Small pictures and chosen draws for the tests of augmentation.
import type { Shape } from '../../../models/image/shape.ts';
import { type Random, random } from '../../../train/random.ts';

/** `[H,W,C]` of noise, with a border of zeros `margin` pixels wide. */
export function noise([height, width, channels]: Shape, margin = 0): Uint8Array {
  const next = random(1, 'test/noise');
  return Uint8Array.from({ length: height * width * channels }, (_, place) => {
    const x = Math.floor(place / channels) % width;
    const y = Math.floor(place / channels / width);
    const outside = Math.min(x, y, width - 1 - x, height - 1 - y) < margin;
    return outside ? 0 : Math.floor(next() * 256);
  });
}

/** Gives the chosen numbers, then 0.5, which every symmetric draw takes for "as it is". */
export function chosen(...numbers: number[]): Random {
  let drawn = 0;
  return () => numbers[drawn++] ?? 0.5;
}

/** One channel of an image, as an image of its own. */
export function plane(image: Uint8Array, channels: number, channel: number): Uint8Array {
  return image.filter((_, place) => place % channels === channel);
}
