// Counts the circles that a picture still shows, so that a label can be held to it after augmentation.
import type { Shape } from '../../models/image/shape.ts';

/** Half way from ink to paper. */
const DARK = 148;

/**
 * The number of dark parts that are connected by their sides. A circle of which the edge cuts off a part, or that
 * reflection shows twice, counts as what is seen.
 * @param picture - `[H,W,1]` uint8.
 */
export function countCircles(picture: Uint8Array, [height, width]: Shape): number {
  const open: number[] = [];
  const seen = new Uint8Array(height * width);
  const isDark = (place: number) => (picture[place] ?? 255) < DARK && seen[place] === 0;
  let parts = 0;
  for (let start = 0; start < seen.length; start++) {
    if (!isDark(start)) continue;
    parts++;
    seen[start] = 1;
    open.push(start);
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const column = place % width;
      const near = [place - width, place + width];
      if (column > 0) near.push(place - 1);
      if (column < width - 1) near.push(place + 1);
      for (const next of near)
        if (isDark(next)) {
          seen[next] = 1;
          open.push(next);
        }
    }
  }
  return parts;
}
