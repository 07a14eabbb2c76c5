// How networks from elsewhere expect the bytes of a picture to be scaled, by the names of the usual ranges.
import { oneOf } from '../../models/nearest.ts';

/** Mean and deviation of the pixels on a scale from 0 to 1, by the name of the range of the result. */
export const scalings = {
  '0..1': { mean: [0, 0, 0], deviation: [1, 1, 1] },
  '-1..1': { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  '0..255': { mean: [0, 0, 0], deviation: [1 / 255, 1 / 255, 1 / 255] },
  // Mean and deviation of ImageNet's pictures, as torchvision has them.
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
} as const;

export type Scaling = keyof typeof scalings;

/** A range of pixels by its name, or mean and deviation of each channel, of pixels from 0 to 1. */
export type PixelScaling =
  | Scaling
  | { readonly mean: readonly number[]; readonly deviation: readonly number[] };

const names: readonly Scaling[] = ['0..1', '-1..1', '0..255', 'imagenet'];

export function isScaling(name: unknown): name is Scaling {
  return names.some((each) => each === name);
}

/** @throws UserError when `--scaling` is none of them. */
export function scalingCalled(name: string): Scaling {
  return oneOf('--scaling', names, name);
}
