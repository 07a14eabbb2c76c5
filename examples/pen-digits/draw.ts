// Draws strokes as the page does: smooth lines with round ends, light on black, the digit in the middle.
import type { Place, Stroke } from './pens.ts';

/** Pixels a side of the picture, and of the digit's longer side in it. */
const SIDE = 56;
const BOX = 40;

/** A gray picture of the strokes, whose line is `pen` pixels wide. */
export function drawStrokes(strokes: readonly Stroke[], pen: number) {
  const [xs, ys] = [strokes.flat().map(({ x }) => x), strokes.flat().map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (BOX - pen) / Math.max(right - left, bottom - top, 1e-9);
  const data = new Uint8Array(SIDE * SIDE);
  for (const stroke of strokes) {
    const line = smooth(stroke).map(({ x, y }) => ({
      x: SIDE / 2 + (x - (left + right) / 2) * scale,
      y: SIDE / 2 + (y - (top + bottom) / 2) * scale,
    }));
    for (const [i, to] of line.entries()) ink(data, line[i - 1] ?? to, to, pen / 2);
  }
  return { data, width: SIDE, height: SIDE, channels: 1 as const };
}

/** Through the middles between neighboring places, with the places as control points of quadratic Bézier pieces. */
function smooth(stroke: Stroke): Place[] {
  const line = stroke.slice(0, 1);
  for (const [i, control] of stroke.entries()) {
    const from = line.at(-1) ?? control;
    const next = stroke[i + 1];
    const to = next ? { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 } : control;
    const half = (key: 'x' | 'y') => (from[key] + 2 * control[key] + to[key]) / 4;
    line.push({ x: half('x'), y: half('y') }, to);
  }
  return line;
}

/** A straight piece with round ends; its edge fades over a pixel. */
function ink(data: Uint8Array, from: Place, to: Place, radius: number): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const first = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - radius - 1));
  const last = (a: number, b: number) => Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + radius + 1));
  for (let y = first(from.y, to.y); y <= last(from.y, to.y); y++) {
    for (let x = first(from.x, to.x); x <= last(from.x, to.x); x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const value = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
      const at = y * SIDE + x;
      data[at] = Math.max(data[at] ?? 0, value);
    }
  }
}
