// Finds the ink in a picture: which side of the background it is on, and how much of it each pixel has.
import { type Plane, resizeArea } from './area.ts';

/** Longest side in pixels of the reduced picture in which the background is looked for. */
const BACKGROUND_SIDE = 64;

/**
 * Ink of a grey picture, `[height, width]` from 0 (paper) up, in levels: the picture's difference from its
 * background, which may be unevenly lit. Ink may be dark on light or light on dark.
 */
export function findInk(grey: Plane): Plane {
  const sign = inkIsDark(grey) ? -1 : 1;
  const bright = mapPlane(grey, (value) => sign * value);
  const background = spread(opening(reduce(bright, BACKGROUND_SIDE)), grey.width, grey.height);
  return mapPlane(bright, (value, i) => Math.max(0, value - (background.data[i] ?? 0)));
}

/**
 * Ink covers the smaller part of its surroundings, so it lies further from the mean around it than the paper does:
 * the sign of the third moment tells which side it is on.
 */
function inkIsDark(grey: Plane): boolean {
  const small = reduce(grey, BACKGROUND_SIDE);
  const mean = localMean(small, Math.ceil(Math.max(small.width, small.height) / 2));
  let moment = 0;
  for (const [i, value] of small.data.entries()) moment += (value - (mean.data[i] ?? 0)) ** 3;
  return moment < 0;
}

/** Grey-level opening with a square of half the longest side: keeps what is wide, drops strokes of light. */
function opening(plane: Plane): Plane {
  const reach = Math.ceil(Math.max(plane.width, plane.height) / 4);
  return extreme(extreme(plane, reach, Math.min), reach, Math.max);
}

function extreme(plane: Plane, reach: number, pick: (a: number, b: number) => number): Plane {
  const { width, height } = plane;
  const rows = mapPlane(plane, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let best = plane.data[i] ?? 0;
    for (let k = Math.max(0, x - reach); k <= Math.min(width - 1, x + reach); k++)
      best = pick(best, plane.data[y * width + k] ?? 0);
    return best;
  });
  return mapPlane(rows, (value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let best = value;
    for (let k = Math.max(0, y - reach); k <= Math.min(height - 1, y + reach); k++)
      best = pick(best, rows.data[k * width + x] ?? 0);
    return best;
  });
}

function localMean(plane: Plane, reach: number): Plane {
  const { width, height } = plane;
  return mapPlane(plane, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let sum = 0;
    let n = 0;
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        sum += plane.data[v * width + u] ?? 0;
        n++;
      }
    return sum / n;
  });
}

function mapPlane(plane: Plane, f: (value: number, i: number) => number): Plane {
  return { ...plane, data: plane.data.map(f) };
}

/** Shrinks a plane so that its longest side is at most `side`; smaller ones are left as they are. */
export function reduce(plane: Plane, side: number): Plane {
  const factor = Math.ceil(Math.max(plane.width, plane.height) / side);
  if (factor === 1) return plane;
  const [w, h] = [Math.ceil(plane.width / factor), Math.ceil(plane.height / factor)];
  return resizeArea(plane, { x: 0, y: 0, width: plane.width, height: plane.height }, w, h);
}

/** Enlarges by linear interpolation. */
function spread(plane: Plane, width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = Math.min(plane.width - 1, Math.max(0, ((x + 0.5) * plane.width) / width - 0.5)),
        v = Math.min(plane.height - 1, Math.max(0, ((y + 0.5) * plane.height) / height - 0.5));
      const x0 = Math.floor(u),
        y0 = Math.floor(v),
        x1 = Math.min(plane.width - 1, x0 + 1),
        y1 = Math.min(plane.height - 1, y0 + 1),
        a = u - x0,
        b = v - y0;
      const at = (yy: number, xx: number) => plane.data[yy * plane.width + xx] ?? 0;
      data[y * width + x] =
        (at(y0, x0) * (1 - a) + at(y0, x1) * a) * (1 - b) + (at(y1, x0) * (1 - a) + at(y1, x1) * a) * b;
    }
  return { data, width, height };
}
