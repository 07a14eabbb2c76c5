// Draws strokes of a pen as a page does: lines with round ends, light on black, the drawing in the middle.
import type { Picture } from '../../models/image/picture.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The way of a pen from down to up, in any unit; y points down. */
export type Stroke = readonly Place[];

/** Pixels a side of a drawing, as MNIST's have, and of its longer side in it. */
const SIDE = 28;
const BOX = 20;

/**
 * A gray picture of 28x28 pixels: as small as the input, it needs no search for its ink.
 * @param pen - the width of the line, in pixels.
 */
export function drawStrokes(strokes: readonly Stroke[], pen: number): Picture {
  return { ...inkOf(strokes, pen, SIDE, BOX), channels: 1 };
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

/** A straight piece with round ends; its edge fades over a pixel. */
function ink({ data, width: side }: ReturnType<typeof inkOf>, from: Place, to: Place, radius: number): void {
  const { x: fromX, y: fromY } = from;
  const dx = to.x - fromX;
  const dy = to.y - fromY;
  const square = dx * dx + dy * dy;
  const reach = (radius + 0.5) * (radius + 0.5);
  const left = first(fromX, to.x, radius);
  const right = last(fromX, to.x, radius, side);
  const bottom = last(fromY, to.y, radius, side);
  for (let y = first(fromY, to.y, radius); y <= bottom; y++) {
    const py = y + 0.5 - fromY;
    for (let x = left; x <= right; x++) {
      const px = x + 0.5 - fromX;
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const ax = px - along * dx;
      const ay = py - along * dy;
      const far = ax * ax + ay * ay;
      if (far >= reach) continue;
      const distance = Math.sqrt(far); // many times as fast as Math.hypot
      const value = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
      const at = y * side + x;
      if (value > (data[at] ?? 0)) data[at] = value;
    }
  }
}

/** The first and the last pixel of a side that a line between two places may touch. */
function first(from: number, to: number, radius: number): number {
  return Math.max(0, Math.floor(Math.min(from, to) - radius - 0.5));
}

function last(from: number, to: number, radius: number, side: number): number {
  return Math.min(side - 1, Math.floor(Math.max(from, to) + radius + 0.5));
}
