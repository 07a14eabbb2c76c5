// The augmentations that a recipe may ask for, and how much of each.
import { z } from 'zod';

/** Every amount is the bound of a symmetric random draw; what is absent is off. */
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
  /** 1 replaces each pixel by the lightest or darkest of its neighbourhood, 0.5 goes half of the way. */
  thickness: amount('a fraction', 1),
  /** Whole pixels in either direction along either axis, the edge filled by reflection. */
  translate: z
    .int({ error: 'expected whole pixels' })
    .min(0, { error: 'expected 0 or more' })
    .exactOptional(),
  /** Mirrors half of the images: by chance, or every image in every other epoch (arXiv 2404.00498, section 3.6). */
  flip: z.enum(['random', 'alternating']).exactOptional(),
});

export type AugmentOptions = z.infer<typeof augmentSchema>;

function number(unit: string, least: number, most: number) {
  const error = `expected ${unit} from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

function amount(unit: string, most: number) {
  return number(unit, 0, most).exactOptional();
}
