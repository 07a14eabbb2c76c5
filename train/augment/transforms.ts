// The transforms that a recipe can ask for, in the order in which they are applied: one file and one line for each.
import { erasing } from './erase.ts';
import { flip } from './flip.ts';
import { geometry } from './geometry.ts';
import { light } from './lighting.ts';
import { strokeThickness } from './thickness.ts';
import { wholePixelShift } from './translate.ts';
import { strokes } from './warp.ts';

export { defineTransform, type TransformDefinition } from './transform.ts';

export const transforms = [
  flip,
  wholePixelShift,
  strokeThickness,
  strokes,
  geometry,
  light,
  erasing,
] as const;
