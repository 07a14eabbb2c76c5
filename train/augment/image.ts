// Augments one image: every transform that is asked for, each with random numbers of its own.
import type { Shape } from '../datasets/dataset.ts';
import { random } from '../random.ts';
import { dihedral } from './dihedral.ts';
import { erase } from './erase.ts';
import { isMirrored, mirror, type Position } from './flip.ts';
import { moveGeometry, movesPlaces } from './geometry.ts';
import { lighting } from './lighting.ts';
import type { AugmentOptions } from './schema.ts';
import { thickness } from './thickness.ts';
import { translate } from './translate.ts';
import { warp } from './warp.ts';

/**
 * One image as one epoch shows it. A function of its arguments alone: turning one transform on or off
 * doesn't change what another draws.
 *
 * @param image `[H,W,C]` uint8; it is left as it is
 * @returns `[H,W,C]` uint8; `image` itself if all is off
 */
export function augmentImage(
  image: Uint8Array,
  shape: Shape,
  options: AugmentOptions,
  at: Position,
): Uint8Array {
  const draws = (transform: string) => random(at.seed, `augment/${transform}`, at.epoch, at.index);
  let result = image;
  if (options.flipVert) result = dihedral(result, shape, draws('dihedral'));
  else if (isMirrored(options.flip, at)) result = mirror(result, shape);
  if (options.translate) result = translate(result, shape, options, draws('translate'));
  if (options.thickness) result = thickness(result, shape, options, draws('thickness'));
  if (warps(options)) result = warp(result, shape, options, draws('warp'));
  const photo = (transform: string) => draws(`photo/${transform}`);
  if (movesPlaces(options)) result = moveGeometry(result, shape, options, photo);
  if (options.maxLighting) result = lighting(result, options, photo);
  if (options.erase) result = erase(result, shape, options, photo('erase'));
  return result;
}

function warps({ rotate, zoom, stretch, shear, shift, elastic }: AugmentOptions): boolean {
  return Boolean(rotate || zoom || stretch || shear || shift || elastic?.alpha);
}
