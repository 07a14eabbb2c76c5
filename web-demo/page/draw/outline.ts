// What a stroke is to other strokes: the few points that matter for whether they touch or cross, in short runs with edges.
import { type Extent, extentOf, meet, penExtentOf } from './extent.ts';
import type { PenPoint, Stroke } from './strokes.ts';

/** Points that follow each other, and the edges of their ink and of the pen's way through them. */
interface Run {
  readonly points: readonly PenPoint[];
  readonly ink: Extent;
  readonly pen: Extent;
}

export interface Outline {
  readonly stroke: Stroke;
  readonly ink: Extent;
  readonly pen: Extent;
  /** Each begins with the last point of the one before. */
  readonly runs: readonly Run[];
}

/** Pieces of a run: so few that most runs of two strokes are told apart by their edges. */
const runLength = 12;

/** What two strokes, or groups of strokes, have to do with each other: bits. */
export const Meeting = { none: 0, touch: 1, cross: 2 } as const;

/** @param stroke - has a point at least. */
export function outlineOf(stroke: Stroke): Outline {
  const points = thinned(stroke);
  const runs: Run[] = [];
  for (let at = 0; at === 0 || at < points.length - 1; at += runLength) {
    const some = points.slice(at, at + runLength + 1);
    runs.push({ points: some, ink: extentOf(some), pen: penExtentOf(some) });
  }
  return { stroke, ink: extentOf(stroke), pen: penExtentOf(stroke), runs };
}

/** The bits of {@link Meeting} for two strokes: whether their ink touches, and whether the pen's ways cross. */
export function meetingOf(a: Outline, b: Outline): number {
  if (!meet(a.ink, b.ink)) return Meeting.none;
  const touches = someRuns(a, b, 'ink', touch);
  const crosses = meet(a.pen, b.pen) && someRuns(a, b, 'pen', cross); // between points that are far apart, ways cross without a touch
  return (touches ? Meeting.touch : 0) | (crosses ? Meeting.cross : 0);
}

/** Whether a pair of runs, whose edges meet, passes a test. */
function someRuns(
  a: Outline,
  b: Outline,
  edges: 'ink' | 'pen',
  test: (a: readonly PenPoint[], b: readonly PenPoint[]) => boolean,
): boolean {
  for (const one of a.runs) {
    if (!meet(one[edges], b[edges])) continue;
    for (const other of b.runs)
      if (meet(one[edges], other[edges]) && test(one.points, other.points)) return true;
  }
  return false;
}

function touch(some: readonly PenPoint[], others: readonly PenPoint[]): boolean {
  for (const p of some) {
    for (const q of others) {
      const [dx, dy, reach] = [p.x - q.x, p.y - q.y, (p.width + q.width) / 2];
      if (dx * dx + dy * dy <= reach * reach) return true;
    }
  }
  return false;
}

function cross(some: readonly PenPoint[], others: readonly PenPoint[]): boolean {
  for (let i = 1; i < some.length; i++) {
    const [from, to] = [some[i - 1], some[i]];
    if (!from || !to) continue;
    for (let j = 1; j < others.length; j++) {
      const [start, end] = [others[j - 1], others[j]];
      if (!start || !end) continue;
      if (side(from, to, start) * side(from, to, end) >= 0) continue;
      if (side(start, end, from) * side(start, end, to) < 0) return true;
    }
  }
  return false;
}

/** A stroke without points so close to the one before that they make no difference to what it meets. */
function thinned(stroke: Stroke): PenPoint[] {
  const kept: PenPoint[] = [];
  let last: PenPoint | undefined;
  for (const point of stroke) {
    if (last) {
      const [dx, dy, near] = [point.x - last.x, point.y - last.y, point.width / 4];
      if (dx * dx + dy * dy < near * near) continue;
    }
    kept.push(point);
    last = point;
  }
  const end = stroke.at(-1);
  if (end && end !== last) kept.push(end);
  return kept;
}

/** Positive on one side of a line, negative on the other. */
function side(from: PenPoint, to: PenPoint, point: PenPoint): number {
  return (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x);
}
