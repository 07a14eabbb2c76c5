// A shortcut for pictures that are already like MNIST's: black paper, clean ink, a dark pen. Their ink is the picture
// itself, which the whole rule finds too; this takes a tenth of the time.
import type { Plane } from './area.ts';
import { inkIsDark, reachOf } from './ink.ts';
import { DARK, PEN, type Region } from './region.ts';
import { otsu } from './threshold.ts';

/** Pixels of a row at most: a bit for each in a number. */
const WIDEST = 32;

/**
 * The region that `digitRegion(findInk(gray))` finds, for a picture whose region can be known without finding the ink.
 * Each condition makes one step of those do nothing.
 *
 * @param gray - whole levels.
 * @returns undefined for all other pictures.
 */
export function drawnRegion(gray: Plane): Region | undefined {
  const { data, width, height } = gray;
  if (width > WIDEST || height > WIDEST) return undefined;
  const histogram = new Float64Array(256);
  const paper = new Int32Array(height);
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0, i = 0; y < height; y++) {
    let black = 0;
    for (let x = 0; x < width; x++, i++) {
      const level = data[i] ?? 0;
      histogram[level] = (histogram[level] ?? 0) + 1;
      if (level === 0) {
        black |= 1 << x;
        continue;
      }
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (top === height) top = y;
      bottom = y + 1;
    }
    paper[y] = black;
  }
  // Most is black: the median is 0, and so is the noise.
  if ((histogram[0] ?? 0) * 2 <= data.length) return undefined;
  // Black lies around every pixel: the background is 0, and the ink is the picture.
  if (!isNearEverywhere(paper, width, reachOf(gray)) || inkIsDark(gray)) return undefined;
  // A tenth of what is above the threshold is as dark as a pen and most of what is below it is black: that is contrast.
  if (penOf(histogram, otsu(histogram).threshold) < DARK) return undefined;
  return { plane: gray, box: { left, right, top, bottom } };
}

/** Whether the square of `2 reach + 1` pixels around every pixel has one of those whose bits are set, a row a number. */
function isNearEverywhere(rows: Int32Array, width: number, reach: number): boolean {
  const all = width === 32 ? -1 : (1 << width) - 1;
  const near = rows.map((row) => {
    let wide = row;
    for (let k = 1; k <= reach; k++) wide |= (row << k) | (row >>> k);
    return wide & all;
  });
  for (let y = 0; y < near.length; y++) {
    let square = 0;
    for (let v = Math.max(0, y - reach); v <= y + reach; v++) square |= near[v] ?? 0;
    if (square !== all) return false;
  }
  return true;
}

/** The level of the pen: the quantile of all levels above the threshold. */
function penOf(histogram: Float64Array, threshold: number): number {
  let n = 0;
  for (let level = threshold + 1; level < 256; level++) n += histogram[level] ?? 0;
  let place = Math.floor(PEN * (n - 1));
  for (let level = threshold + 1; level < 256; level++) {
    place -= histogram[level] ?? 0;
    if (place < 0) return level;
  }
  return 0;
}
