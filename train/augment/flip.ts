// The positions of a picture: mirrored left to right, or in one of the eight of a square.
import { z } from 'zod';
import type { Shape } from '../../models/image/shape.ts';
import { random } from '../random.ts';
import { dihedral } from './dihedral.ts';
import { defineTransform, type Position, wordOption } from './transform.ts';

export const flip = defineTransform({
  name: 'flip',
  fields: {
    /** Mirrors half of the images: by chance, or every image in every other epoch (arXiv 2404.00498, section 3.6). */
    flip: z.enum(['random', 'alternating']).exactOptional(),
    /** Half of the pictures in one of the eight positions of a square, in place of `flip`. */
    flipVert: z.literal(true, { error: 'expected on' }).exactOptional(),
  },
  options: {
    flip: wordOption('flip', ['random', 'alternating'], 'Mirror left and right'),
    'flip-vert': {
      field: 'flipVert',
      description: 'Mirror and turn by 90 degrees, into any of the eight positions of a square',
      valueHint: 'on',
      parse: (text) => text === 'on' || text,
    },
  },
  effects: [
    {
      name: 'mirror',
      fields: ['flip'],
      risk: 'left and right change places: wrong for letters, hands, arrows',
    },
    {
      name: 'eight positions',
      fields: ['flipVert'],
      risk: 'up, down, left and right change places: wrong for letters, and for 6 and 9',
    },
  ],
  isOn: (options) => Boolean(options.flip || options.flipVert),
  apply(image, { shape, options, at, draws }) {
    if (options.flipVert) return dihedral(image, shape, draws('dihedral'));
    return isMirrored(options.flip, at) ? mirror(image, shape) : image;
  },
});

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
export function isMirrored(
  flip: 'random' | 'alternating' | undefined,
  { seed, epoch, index }: Position,
): boolean {
  switch (flip) {
    case undefined:
      return false;
    case 'random':
      return random(seed, 'augment/flip', epoch, index)() < 0.5;
    case 'alternating':
      return random(seed, 'augment/flip', index)() < 0.5 === (epoch % 2 === 0);
  }
}
