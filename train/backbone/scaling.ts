// What networks from elsewhere were given for the bytes of a picture, by the names of the usual ranges.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';

/** Mean and deviation of the pixels on a scale from 0 to 1, by the name of the range that they come to. */
export const scalings = {
  '0..1': { mean: [0, 0, 0], deviation: [1, 1, 1] },
  '-1..1': { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  '0..255': { mean: [0, 0, 0], deviation: [1 / 255, 1 / 255, 1 / 255] },
  // Mean and deviation of ImageNet's pictures, as torchvision has them.
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
} as const;

export type Scaling = keyof typeof scalings;

/** @throws UserError when `--scaling` is none of them. */
export function scalingCalled(name: string): Scaling {
  if (isScaling(name)) return name;
  const guess = nearest(name, Object.keys(scalings));
  throw new UserError(
    `--scaling takes ${Object.keys(scalings).join(', ')}; received ${JSON.stringify(name)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}

function isScaling(name: string): name is Scaling {
  return Object.hasOwn(scalings, name);
}
