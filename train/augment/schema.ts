// The augmentations that a recipe may ask for, and how much of each.
import { z } from 'zod';

/**
 * Every amount is the bound of a symmetric random draw; what is absent is off. The first group is for strokes on an
 * empty ground, which comes in at the edges; the second for pictures that fill their frame, named after fastai's
 * `aug_transforms`; the third mixes pictures.
 */
export const augmentSchema = z.strictObject({
  /** Degrees, to either side. */
  rotate: amount('degrees', 180),
  /** 0.1 scales by a factor from 1/1.1 to 1.1. */
  zoom: amount('a fraction', 1),
  /** 0.1 scales width against height by a factor from 1/1.1 to 1.1, the area kept. */
  stretch: amount('a fraction', 1),
  /** Degrees by which the verticals lean to either side, as slanted handwriting does. */
  shear: amount('degrees', 60),
  /** Pixels, of which parts count, in either direction along either axis. */
  shift: amount('pixels', 1024),
  /** Elastic distortion with the parameters of Simard et al. 2003: see elastic.ts. */
  elastic: z
    .strictObject({ alpha: number('pixels', 0, 1024), sigma: number('pixels', 1, 1024) })
    .exactOptional(),
  /** 1 replaces each pixel by the lightest or darkest of its neighborhood, 0.5 goes half of the way. */
  thickness: amount('a fraction', 1),
  /** Whole pixels in either direction along either axis, the edge filled by reflection. */
  translate: z
    .int({ error: 'expected whole pixels' })
    .min(0, { error: 'expected 0 or more' })
    .exactOptional(),
  /** Mirrors half of the images: by chance, or every image in every other epoch (arXiv 2404.00498, section 3.6). */
  flip: z.enum(['random', 'alternating']).exactOptional(),

  /** Half of the pictures in one of the eight positions of a square, in place of `flip`. */
  flipVert: z.literal(true).exactOptional(),
  /** Degrees, to either side. */
  maxRotate: amount('degrees', 180),
  /** Factors between which a picture is enlarged; the part that is seen is drawn, too. */
  minZoom: number('a factor', 0.1, 1).exactOptional(),
  maxZoom: number('a factor', 1, 10).exactOptional(),
  /** Fraction of the side, along either axis. */
  maxShift: amount('a fraction', 1),
  /** Perspective: how far corners move, in halves of the side. */
  maxWarp: amount('a fraction', 0.9),
  /** Crops a part of the picture, of at least this share of its area. */
  minScale: number('a share', 0.01, 1).exactOptional(),
  /** Share of the pictures that each of these moves; 0.75 if left out. */
  pAffine: amount('a share', 1),
  /** What comes in at the edges; reflection if left out. */
  padMode: z.enum(['reflection', 'border', 'zeros']).exactOptional(),
  /** Brightness and contrast: how far the middle gray moves, and how much steeper or flatter. */
  maxLighting: amount('a fraction', 0.95),
  /** Share of the pictures whose brightness changes, and whose contrast does; 0.75 if left out. */
  pLighting: amount('a share', 1),
  /** Share of the pictures in which a rectangle is erased. */
  erase: amount('a share', 1),

  /** Blends each picture and its label with another's, by a share from Beta(mixup, mixup). */
  mixup: amount('a number', 100),
  /** Puts a rectangle of another picture into each, of an area from Beta(cutmix, cutmix). */
  cutmix: amount('a number', 100),
});

export type AugmentOptions = z.infer<typeof augmentSchema>;

function number(unit: string, least: number, most: number) {
  const error = `expected ${unit} from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

function amount(unit: string, most: number) {
  return number(unit, 0, most).exactOptional();
}
