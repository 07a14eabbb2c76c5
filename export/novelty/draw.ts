// Draws strokes of a pen as a page does: lines with round ends, light on black, the drawing in the middle.
import type { Picture } from '../../models/image/picture.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The way of a pen from down to up, in any unit; y points down. */
export type Stroke = readonly Place[];

/** Pixels a side of what is drawn, and of the drawing's longer side in it: two for each of MNIST's. */
const SIDE = 56;
const BOX = 40;

/**
 * A gray picture of 28x28 pixels.
 * @param pen - the width of the line, in halves of a pixel.
 */
export function drawStrokes(strokes: readonly Stroke[], pen: number): Picture {
  return halved(inkOf(strokes, pen, SIDE, BOX).data);
}

/**
 * Ink from 0 to 255 in the middle of a square, in pixels.
 * @param pen - the width of the line.
 * @param box - the drawing's longer side.
 */
export function inkOf(strokes: readonly Stroke[], pen: number, side: number, box: number) {
  const [xs, ys] = [strokes.flat().map(({ x }) => x), strokes.flat().map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (box - pen) / Math.max(right - left, bottom - top, 1e-9);
  const plane = { data: new Uint8Array(side * side), width: side, height: side };
  for (const stroke of strokes) {
    const way = stroke.map(({ x, y }) => ({
      x: side / 2 + (x - (left + right) / 2) * scale,
      y: side / 2 + (y - (top + bottom) / 2) * scale,
    }));
    for (const [i, to] of way.entries()) ink(plane, way[i - 1] ?? to, to, pen / 2);
  }
  return plane;
}

/** The mean of four pixels each: a picture that is as small as the input needs no search for its ink. */
function halved(data: Uint8Array): Picture {
  const side = SIDE / 2;
  const means = new Uint8Array(side * side).map((_, i) => {
    const at = 2 * SIDE * Math.floor(i / side) + 2 * (i % side);
    const sum = [at, at + 1, at + SIDE, at + SIDE + 1].reduce((all, place) => all + (data[place] ?? 0), 0);
    return Math.round(sum / 4);
  });
  return { data: means, width: side, height: side, channels: 1 };
}

/** A straight piece with round ends; its edge fades over a pixel. */
function ink({ data, width: side }: ReturnType<typeof inkOf>, from: Place, to: Place, radius: number): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const reach = (radius + 0.5) ** 2;
  const first = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - radius - 1));
  const last = (a: number, b: number) => Math.min(side - 1, Math.ceil(Math.max(a, b) + radius + 1));
  for (let y = first(from.y, to.y); y <= last(from.y, to.y); y++) {
    for (let x = first(from.x, to.x); x <= last(from.x, to.x); x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const [ax, ay] = [px - along * dx, py - along * dy];
      const far = ax * ax + ay * ay;
      if (far >= reach) continue;
      const distance = Math.sqrt(far); // many times as fast as Math.hypot
      const value = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
      const at = y * side + x;
      data[at] = Math.max(data[at] ?? 0, value);
    }
  }
}
