// Several digits in a row: which strokes belong together, from left to right.
import type { PenPoint, Stroke } from './strokes.ts';

/** Edges of what a stroke, or several, have inked; fractions of the pad's side. */
export interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Strokes of one digit. */
export interface StrokeGroup {
  readonly strokes: readonly Stroke[];
  readonly extent: Extent;
}

/** Strokes that share at least this part of the narrower one's width, and do not touch, stand above each other: one digit. */
const shared = 0.35;

/**
 * Groups that touch are one digit where the sum of what {@link looksOf} sees, each times one of these, is above 0: the log of
 * the odds. Fitted to the strokes of 22 people: `npm run bench pens -- --fit`.
 */
const odds = [2.38, 5.95, -9.12, 4.08, -13.97, -2.84];

/** What is lower than this part of the tallest digit is no digit but a part of the nearest one: a dot, a dash. */
const lowest = 0.4;

/** Splits a drawing into digits, from left to right. */
export function groupStrokes(strokes: readonly Stroke[]): StrokeGroup[] {
  const single: StrokeGroup[] = strokes.map((stroke) => ({ strokes: [stroke], extent: extentOf(stroke) }));
  const tallestStroke = Math.max(0, ...single.map((group) => heightOf(penExtent(group))));
  const groups = mergeLikely(single, (a, b) => togetherness(a, b, tallestStroke));
  const tallest = Math.max(0, ...groups.map(({ extent }) => heightOf(extent)));
  mergeSmall(groups, tallest * lowest);
  return groups.sort((a, b) => a.extent.left - b.extent.left);
}

/** Merges the two that belong together most, until no two do. */
function mergeLikely(
  groups: readonly StrokeGroup[],
  score: (a: StrokeGroup, b: StrokeGroup) => number,
): StrokeGroup[] {
  const pairsOf = (a: StrokeGroup, others: readonly StrokeGroup[]) =>
    others.map((b) => ({ a, b, score: score(a, b) })).filter((pair) => pair.score > 0);
  let left = [...groups];
  let pairs = groups.flatMap((a, i) => pairsOf(a, groups.slice(i + 1)));
  for (;;) {
    const [first] = pairs;
    if (first === undefined) return left;
    const { a, b } = pairs.reduce((best, pair) => (pair.score > best.score ? pair : best), first);
    const both = merged(a, b);
    left = left.filter((group) => group !== a && group !== b);
    pairs = [
      ...pairs.filter((pair) => ![pair.a, pair.b].some((one) => one === a || one === b)),
      ...pairsOf(both, left),
    ];
    left.push(both);
  }
}

/** Adds each group that is too low for a digit to the one whose middle is nearest. */
function mergeSmall(groups: StrokeGroup[], height: number): void {
  for (;;) {
    const small = groups.findIndex(({ extent }) => heightOf(extent) < height);
    const group = groups[small];
    if (!group || groups.length < 2) return;
    groups.splice(small, 1);
    const gaps = groups.map(({ extent }) => Math.abs(middle(extent) - middle(group.extent)));
    const nearest = gaps.indexOf(Math.min(...gaps));
    const other = groups[nearest];
    if (other) groups[nearest] = merged(other, group);
  }
}

function merged(a: StrokeGroup, b: StrokeGroup): StrokeGroup {
  return { strokes: [...a.strokes, ...b.strokes], extent: union(a.extent, b.extent) };
}

/** Above 0 for two groups that belong together: the more, the surer. */
function togetherness(a: StrokeGroup, b: StrokeGroup, tallest: number): number {
  if (touch(a, b)) {
    const looks = looksOf(a, b, tallest);
    return looks.reduce((sum, value, i) => sum + value * (odds[i] ?? 0), 0);
  }
  const overlap = Math.min(a.extent.right, b.extent.right) - Math.max(a.extent.left, b.extent.left);
  return overlap >= shared * Math.min(widthOf(a.extent), widthOf(b.extent)) ? 1 : -1;
}

/**
 * What tells two groups of one digit from two digits, in heights of the tallest stroke: 1, the height of both, how far they
 * stand at the same height, whether they cross, the way from middle to middle, by how much one is higher.
 */
export function looksOf(a: StrokeGroup, b: StrokeGroup, tallest: number): number[] {
  const unit = Math.max(tallest, Number.EPSILON);
  const [first, second] = [penExtent(a), penExtent(b)];
  const beside = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  return [
    1,
    heightOf(union(first, second)) / unit,
    beside / unit,
    cross(a, b) ? 1 : 0,
    Math.abs(middle(first) - middle(second)) / unit,
    Math.abs(heightOf(first) - heightOf(second)) / unit,
  ];
}

/** Whether the ink of both touches. */
export function touch(a: StrokeGroup, b: StrokeGroup): boolean {
  const between = {
    left: Math.max(a.extent.left, b.extent.left),
    right: Math.min(a.extent.right, b.extent.right),
    top: Math.max(a.extent.top, b.extent.top),
    bottom: Math.min(a.extent.bottom, b.extent.bottom),
  };
  if (widthOf(between) < 0 || heightOf(between) < 0) return false;
  const points = b.strokes.flatMap(thinned);
  return a.strokes
    .flatMap(thinned)
    .some((p) => points.some((q) => Math.hypot(p.x - q.x, p.y - q.y) <= (p.width + q.width) / 2));
}

/** Whether the pen's ways cross. */
function cross(a: StrokeGroup, b: StrokeGroup): boolean {
  const pieces = ({ strokes }: StrokeGroup) =>
    strokes.map(thinned).flatMap((stroke) => stroke.slice(1).map((to, i) => [stroke[i] ?? to, to] as const));
  const others = pieces(b);
  return pieces(a).some(([from, to]) =>
    others.some(
      ([start, end]) =>
        side(from, to, start) * side(from, to, end) < 0 && side(start, end, from) * side(start, end, to) < 0,
    ),
  );
}

/** A stroke without points so close to the one before that they make no difference to what it meets. */
function thinned(stroke: Stroke): PenPoint[] {
  const kept: PenPoint[] = [];
  for (const point of stroke) {
    const last = kept.at(-1);
    if (last && Math.hypot(point.x - last.x, point.y - last.y) < point.width / 4) continue;
    kept.push(point);
  }
  const [end, last] = [stroke.at(-1), kept.at(-1)];
  return end && end !== last ? [...kept, end] : kept;
}

/** Positive on one side of a line, negative on the other. */
function side(from: PenPoint, to: PenPoint, point: PenPoint): number {
  return (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x);
}

/** The extent of the pen's way. */
export function penExtent({ strokes }: StrokeGroup): Extent {
  return extentOf(strokes.flat().map((point) => ({ ...point, width: 0 })));
}

/** The extent of a stroke's ink. */
export function extentOf(stroke: Stroke): Extent {
  return stroke
    .map(({ x, y, width }) => ({
      left: x - width / 2,
      right: x + width / 2,
      top: y - width / 2,
      bottom: y + width / 2,
    }))
    .reduce(union);
}

function union(a: Extent, b: Extent): Extent {
  return {
    left: Math.min(a.left, b.left),
    right: Math.max(a.right, b.right),
    top: Math.min(a.top, b.top),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

const widthOf = ({ left, right }: Extent) => right - left;
const heightOf = ({ top, bottom }: Extent) => bottom - top;
const middle = ({ left, right }: Extent) => (left + right) / 2;
