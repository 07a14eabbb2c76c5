// The augmentation for handwritten characters: other hands, other pens.
import type { AugmentOptions } from './schema.ts';
import { SIGMA } from './warp.ts';

/**
 * After Ciresan, Meier, Gambardella and Schmidhuber, "Deep, Big, Simple Neural Nets for Handwritten Digit Recognition"
 * (2010): rotation or shear of up to 15 degrees, scaling of up to 15 to 20 %, elastic distortions of sigma 5 to 6
 * and alpha 36 to 38; a little less of each, since here all of them are applied at once. Shift and thickness are ours: people draw
 * off the center, and with a finger.
 */
export const handwriting: AugmentOptions = {
  rotate: 12,
  zoom: 0.12,
  stretch: 0.1,
  shear: 10,
  shift: 2,
  elastic: { alpha: 36, sigma: SIGMA },
  thickness: 0.4,
};
