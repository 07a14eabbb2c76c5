// The drawing as data: strokes of points in a unit square, and the few ways it can change.

/**
 * A place that the pen passed: `x`, `y` and `width` are fractions of the side of the pad, in whole steps of
 * {@link grid}: so a link can hold a drawing to the bit.
 */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** One movement of the pen, from down to up. */
export type Stroke = readonly PenPoint[];

/** Strokes in the order in which they were drawn; `penDown` says that the last one is still growing. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly penDown: boolean;
}

export const emptyDrawing: Drawing = { strokes: [], penDown: false };

/** Steps in the side of the pad: finer than any screen, and a power of two, so that fractions are exact. */
export const grid = 4096;

/** Width of the line when nothing presses: once the digit fills the pad, what MNIST's pens left. */
export const lineWidth = 307 / grid;

/** Points nearer to the last one than this add nothing that can be seen: a quarter of a pixel of a phone. */
const nearest = 0.0012;

/** The point of the grid that is nearest to a place. */
export function snap(x: number, y: number, width: number): PenPoint {
  const round = (value: number) => Math.round(value * grid) / grid + 0; // no negative zeros
  return { x: round(x), y: round(y), width: round(width) };
}

/** Puts the pen down: a new stroke of one point. */
export function begin(drawing: Drawing, point: PenPoint): Drawing {
  return { strokes: [...drawing.strokes, [point]], penDown: true };
}

/** Moves the pen. Without a pen on the paper, or without a movement, the drawing stays as it is. */
export function extend(drawing: Drawing, points: readonly PenPoint[]): Drawing {
  const last = drawing.strokes.at(-1);
  if (!drawing.penDown || last === undefined) return drawing;
  const grown = [...last];
  for (const point of points) {
    const before = grown.at(-1);
    if (before && Math.hypot(point.x - before.x, point.y - before.y) < nearest) continue;
    grown.push(point);
  }
  if (grown.length === last.length) return drawing;
  return { strokes: [...drawing.strokes.slice(0, -1), grown], penDown: true };
}

/** Lifts the pen. */
export function finish(drawing: Drawing): Drawing {
  return drawing.penDown ? { strokes: drawing.strokes, penDown: false } : drawing;
}

/**
 * Width of the line for a pen's pressure: half to one and a half of {@link lineWidth}.
 * Mice report a constant and fingers report noise, so only pens are asked.
 */
export function widthFor(pointerType: string, pressure: number): number {
  return pointerType === 'pen' && pressure > 0 ? lineWidth * (0.5 + Math.min(pressure, 1)) : lineWidth;
}
