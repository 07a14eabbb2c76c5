// MNIST's own rule for a picture of one handwritten digit: ink bounding box to 20 pixels, center of mass to the center.
import { type Patch, type Plane, resizeArea } from './area.ts';
import { type Check, unchecked } from './check.ts';
import { drawnRegion } from './drawn.ts';
import { gray } from './gray.ts';
import { findInk, reduce } from './ink.ts';
import type { Picture } from './picture.ts';
import { digitRegion } from './region.ts';

/** Pixels a side of MNIST's images, and of the digit within. */
const SIDE = 28;
const BOX = 20;
/** Where MNIST puts the center of mass, counting pixels from 0: of all 10,000 test images it is within half a pixel. */
const CENTER = 14;
/** Larger pictures are reduced to this first, in pixels. */
const WORKING_SIDE = 512;

/**
 * Makes a digit model's input from a picture of one digit, drawn or photographed, dark on light or light on dark.
 * A picture that is the size of MNIST's already keeps its pixels and is only moved.
 *
 * Reference: LeCun, Cortes, Burges, "The MNIST database": normalized to 20x20, centered by the center of mass.
 *
 * @param check - called every few milliseconds; what it throws ends the work.
 * @returns `[28,28]` uint8, light ink on black; all 0 when no ink is found.
 */
export function prepareDigit(picture: Picture, check: Check = unchecked): Uint8Array {
  const out = new Uint8Array(SIDE * SIDE);
  const found = locate(reduce(gray(picture), WORKING_SIDE, check));
  if (found === undefined) return out;
  const placed = resizeArea(found.plane, found.patch, SIDE, SIDE);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(255, Math.round(placed.data[i] ?? 0));
  return out;
}

/**
 * The part of a picture that {@link prepareDigit} makes the input of, in the picture's pixels: it may reach beyond it.
 *
 * @returns undefined when no ink is found.
 */
export function digitPlace(picture: Picture): Patch | undefined {
  const reduced = reduce(gray(picture), WORKING_SIDE);
  const patch = locate(reduced)?.patch;
  if (patch === undefined) return undefined;
  const [across, down] = [picture.width / reduced.width, picture.height / reduced.height];
  const { x, y, width, height } = patch;
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

/** The digit alone, and the part of it that becomes the input. */
function locate(source: Plane): { readonly plane: Plane; readonly patch: Patch } | undefined {
  const region = drawnRegion(source) ?? digitRegion(findInk(source));
  if (region === undefined) return undefined;
  const { box, plane } = region;
  const longest = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = longest >= BOX - 1 && longest <= BOX ? 1 : Math.max(longest, 5) / BOX;
  const center = centerOfMass(plane);
  let x = center.x + 0.5 - (CENTER + 0.5) * scale;
  let y = center.y + 0.5 - (CENTER + 0.5) * scale;
  x = Math.max(box.right - SIDE * scale, Math.min(box.left, x));
  y = Math.max(box.bottom - SIDE * scale, Math.min(box.top, y));
  if (scale === 1) {
    x = Math.round(x);
    y = Math.round(y);
  }
  return { plane, patch: { x, y, width: SIDE * scale, height: SIDE * scale } };
}

function centerOfMass({ data, width, height }: Plane): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  // Stryker disable next-line EqualityOperator: behind the last row there is no level, which adds nothing
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const value = data[i] ?? 0;
      mass += value;
      x += value * column;
      y += value * row;
    }
  }
  return { x: x / mass, y: y / mass };
}
