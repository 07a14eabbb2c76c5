// MNIST's own rule for a picture of one handwritten digit: ink bounding box to 20 pixels, centre of mass to the centre.
import { type Plane, resizeArea } from './area.ts';
import { grey } from './grey.ts';
import { findInk, reduce } from './ink.ts';
import type { Picture } from './picture.ts';
import { digitRegion } from './region.ts';

const SIDE = 28;
const BOX = 20;
/** Where MNIST puts the centre of mass, counting pixels from 0: of all 10,000 test images it is within half a pixel. */
const CENTRE = 14;
const WORKING_SIDE = 512;

export function prepareDigit(picture: Picture): Uint8Array {
  const out = new Uint8Array(SIDE * SIDE);
  const { data, width, height } = grey(picture);
  const source = reduce({ data: Float32Array.from(data), width, height }, WORKING_SIDE);
  const ink = findInk(source);
  const region = digitRegion(ink);
  if (region === undefined) return out;
  const { box, plane } = region;
  const longest = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = longest >= BOX - 1 && longest <= BOX ? 1 : Math.max(longest, 5) / BOX;
  const centre = centreOfMass(plane);
  let x = centre.x + 0.5 - (CENTRE + 0.5) * scale;
  let y = centre.y + 0.5 - (CENTRE + 0.5) * scale;
  x = Math.max(box.right - SIDE * scale, Math.min(box.left, x));
  y = Math.max(box.bottom - SIDE * scale, Math.min(box.top, y));
  if (scale === 1) {
    x = Math.round(x);
    y = Math.round(y);
  }
  const placed = resizeArea(plane, { x, y, width: SIDE * scale, height: SIDE * scale }, SIDE, SIDE);
  for (const [i, value] of placed.data.entries()) out[i] = Math.min(255, Math.round(value));
  return out;
}

function centreOfMass(plane: Plane): { x: number; y: number } {
  let mass = 0,
    x = 0,
    y = 0;
  for (const [i, value] of plane.data.entries()) {
    mass += value;
    x += value * (i % plane.width);
    y += value * Math.floor(i / plane.width);
  }
  return { x: x / mass, y: y / mass };
}
