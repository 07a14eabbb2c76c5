// Augments one image: every transform that is asked for, each with random numbers of its own.
import type { Shape } from '../../models/image/shape.ts';
import { random } from '../random.ts';
import type { AugmentOptions } from './schema.ts';
import type { Position, TransformDefinition } from './transform.ts';
import { transforms } from './transforms.ts';

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
  known: readonly TransformDefinition[] = transforms,
): Uint8Array {
  const draws = (stream: string) => random(at.seed, `augment/${stream}`, at.epoch, at.index);
  let result = image;
  for (const transform of known)
    if (transform.isOn(options)) result = transform.apply(result, { shape, options, at, draws });
  return result;
}
