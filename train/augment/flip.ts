// Mirrors an image left to right, and decides which images are mirrored.
import type { Shape } from '../datasets/dataset.ts';
import { random } from '../random.ts';
import type { AugmentOptions } from './schema.ts';

/** Which image is augmented, and when: all that its random numbers depend on. */
export interface Position {
  readonly seed: number;
  readonly epoch: number;
  /** The image's index in its split. */
  readonly index: number;
}

/** The image mirrored left to right. `[H,W,C]` uint8. */
export function mirror(image: Uint8Array, [height, width, channels]: Shape): Uint8Array {
  const out = new Uint8Array(image.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = width - 1; x >= 0; x--) {
      const source = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) out[target++] = image[source + channel] ?? 0;
    }
  }
  return out;
}

/**
 * Whether an image is mirrored: `random` decides anew in each epoch; `alternating` decides once for each image
 * and turns the decision over in every other epoch, so that two epochs show both sides of each.
 * Source: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (arXiv 2404.00498), section 3.6.
 */
export function isMirrored(flip: AugmentOptions['flip'], { seed, epoch, index }: Position): boolean {
  switch (flip) {
    case undefined:
      return false;
    case 'random':
      return random(seed, 'augment/flip', epoch, index)() < 0.5;
    case 'alternating':
      return random(seed, 'augment/flip', index)() < 0.5 === (epoch % 2 === 0);
  }
}
