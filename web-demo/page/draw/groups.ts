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

/** A group while it grows, with what is asked of it again and again. */
interface Part {
  readonly group: StrokeGroup;
  readonly pen: Extent;
  /** Which of the drawing's strokes. */
  readonly members: readonly number[];
}

/** Splits a drawing into digits, from left to right. It is asked at each movement of the pen: no two strokes are compared twice. */
export function groupStrokes(strokes: readonly Stroke[]): StrokeGroup[] {
  const single = strokes.map((stroke, i): Part => {
    const group = { strokes: [stroke], extent: extentOf(stroke) };
    return { group, pen: penExtent(group), members: [i] };
  });
  const thin = strokes.map(thinned);
  const touching = between(strokes.length, (i, j) => {
    const [one, other] = [single[i], single[j]];
    return (
      one !== undefined &&
      other !== undefined &&
      overlap(one.group.extent, other.group.extent) &&
      inkMeets(thin[i] ?? [], thin[j] ?? [])
    );
  });
  const crossing = between(strokes.length, (i, j) => crosses(thin[i] ?? [], thin[j] ?? []));
  const tallestStroke = Math.max(0, ...single.map(({ pen }) => heightOf(pen)));
  const groups = mergeLikely(single, (a, b) => {
    if (!touching(a, b)) return shareWidth(a.group.extent, b.group.extent) ? 1 : -1;
    const looks = looksAt(a.pen, b.pen, tallestStroke, crossing(a, b));
    return looks.reduce((sum, value, i) => sum + value * (odds[i] ?? 0), 0);
  }).map(({ group }) => group);
  const tallest = Math.max(0, ...groups.map(({ extent }) => heightOf(extent)));
  mergeSmall(groups, tallest * lowest);
  return groups.sort((a, b) => a.extent.left - b.extent.left);
}

/** Whether something holds between a stroke of one part and a stroke of another; of two strokes it is looked at once. */
function between(n: number, holds: (i: number, j: number) => boolean): (a: Part, b: Part) => boolean {
  const known = new Int8Array(n * n); // 1 where it holds, -1 where it does not
  const look = (i: number, j: number) => {
    const at = Math.min(i, j) * n + Math.max(i, j);
    if (known[at] === 0) known[at] = holds(i, j) ? 1 : -1;
    return known[at] === 1;
  };
  return (a, b) => a.members.some((i) => b.members.some((j) => look(i, j)));
}

/** Merges the two that belong together most, until no two do. */
function mergeLikely(parts: readonly Part[], score: (a: Part, b: Part) => number): Part[] {
  const pairsOf = (a: Part, others: readonly Part[]) =>
    others.map((b) => ({ a, b, score: score(a, b) })).filter((pair) => pair.score > 0);
  let left = [...parts];
  let pairs = parts.flatMap((a, i) => pairsOf(a, parts.slice(i + 1)));
  for (;;) {
    const [first] = pairs;
    if (first === undefined) return left;
    const { a, b } = pairs.reduce((best, pair) => (pair.score > best.score ? pair : best), first);
    const both: Part = {
      group: merged(a.group, b.group),
      pen: union(a.pen, b.pen),
      members: [...a.members, ...b.members],
    };
    left = left.filter((part) => part !== a && part !== b);
    pairs = pairs.filter((pair) => pair.a !== a && pair.b !== a && pair.a !== b && pair.b !== b);
    pairs.push(...pairsOf(both, left));
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

/** Whether what does not touch stands above each other. */
function shareWidth(a: Extent, b: Extent): boolean {
  return Math.min(a.right, b.right) - Math.max(a.left, b.left) >= shared * Math.min(widthOf(a), widthOf(b));
}

/**
 * What tells two groups of one digit from two digits, in heights of the tallest stroke: 1, the height of both, how far they
 * stand at the same height, whether they cross, the way from middle to middle, by how much one is higher.
 */
export function looksOf(a: StrokeGroup, b: StrokeGroup, tallest: number): number[] {
  const [first, second] = [a, b].map(({ strokes }) => strokes.map(thinned));
  const isCrossing = first?.some((one) => second?.some((other) => crosses(one, other))) ?? false;
  return looksAt(penExtent(a), penExtent(b), tallest, isCrossing);
}

function looksAt(first: Extent, second: Extent, tallest: number, isCrossing: boolean): number[] {
  const unit = Math.max(tallest, Number.EPSILON);
  const beside = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  return [
    1,
    heightOf(union(first, second)) / unit,
    beside / unit,
    isCrossing ? 1 : 0,
    Math.abs(middle(first) - middle(second)) / unit,
    Math.abs(heightOf(first) - heightOf(second)) / unit,
  ];
}

/** Whether the ink of both touches. */
export function touch(a: StrokeGroup, b: StrokeGroup): boolean {
  return a.strokes.some((one) => b.strokes.some((other) => inkMeets(thinned(one), thinned(other))));
}

/** Whether two extents have a place in common. */
function overlap(a: Extent, b: Extent): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}

/** Whether the ink of two strokes meets. */
function inkMeets(a: readonly PenPoint[], b: readonly PenPoint[]): boolean {
  return a.some((p) => b.some((q) => (p.x - q.x) ** 2 + (p.y - q.y) ** 2 <= ((p.width + q.width) / 2) ** 2));
}

/** Whether the pen's ways cross. */
function crosses(a: readonly PenPoint[], b: readonly PenPoint[]): boolean {
  const pieces = (stroke: readonly PenPoint[]) =>
    stroke.slice(1).map((to, i) => [stroke[i] ?? to, to] as const);
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
