// The eraser: removes what it passes over from the strokes; what is left are strokes again.
import { type Drawing, type PenPoint, type Stroke, snap } from './strokes.ts';

/** Half the width of the eraser, as a fraction of the pad's side. */
export const eraserRadius = 0.05;

/** Strokes are cut between points that are at most the radius divided by this apart. */
const fineness = 3;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Erases along a straight movement of the eraser.
 *
 * @returns the same drawing when nothing was hit.
 */
export function eraseAlong(drawing: Drawing, from: Place, to: Place): Drawing {
  let hit = false;
  const strokes = drawing.strokes.flatMap((stroke) => {
    const reach = eraserRadius + widest(stroke) / 2;
    const touched = stroke.some((point, i) => reaches(stroke[i - 1] ?? point, point, from, to, reach));
    hit ||= touched;
    return touched ? cut(stroke, from, to) : [stroke];
  });
  return hit ? { strokes, penDown: false } : drawing;
}

/** The pieces of a stroke that the eraser does not touch. */
function cut(stroke: Stroke, from: Place, to: Place): Stroke[] {
  const pieces: PenPoint[][] = [];
  let piece: PenPoint[] = [];
  for (const point of refined(stroke)) {
    if (distance(point, from, to) > eraserRadius + point.width / 2) piece.push(point);
    else if (piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
  }
  return piece.length > 0 ? [...pieces, piece] : pieces;
}

/** The stroke with more points on its straight parts. */
function refined(stroke: Stroke): PenPoint[] {
  return stroke.flatMap((point, i) => {
    const next = stroke[i + 1];
    if (!next) return [point];
    const n = Math.ceil((Math.hypot(next.x - point.x, next.y - point.y) * fineness) / eraserRadius);
    const between = Array.from({ length: Math.max(0, n - 1) }, (_, k) => {
      const t = (k + 1) / n;
      const mix = (a: number, b: number) => a + t * (b - a);
      return snap(mix(point.x, next.x), mix(point.y, next.y), mix(point.width, next.width));
    });
    return [point, ...between];
  });
}

function widest(stroke: Stroke): number {
  return stroke.reduce((width, point) => Math.max(width, point.width), 0);
}

/** Whether two straight pieces come as near as `reach`. */
function reaches(a: Place, b: Place, c: Place, d: Place, reach: number): boolean {
  if (crosses(a, b, c, d)) return true;
  return Math.min(distance(a, c, d), distance(b, c, d), distance(c, a, b), distance(d, a, b)) <= reach;
}

function crosses(a: Place, b: Place, c: Place, d: Place): boolean {
  const side = (p: Place, q: Place, r: Place) => (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** Distance of a place from the straight piece between two others. */
function distance(place: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((place.x - from.x) * dx + (place.y - from.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(place.x - from.x - t * dx, place.y - from.y - t * dy);
}
