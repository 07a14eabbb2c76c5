// Several digits in a row: which strokes belong together, from left to right.
import type { Stroke } from './strokes.ts';

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

/** Strokes that share at least this part of the narrower one's width stand above each other: one digit. */
const shared = 0.35;

/** Strokes that touch are one digit, unless together they are wider than this part of their height ... */
const widest = 1;

/** ... and each is at least this part of their height, as the digits of a number are and parts of a digit are not. */
const tall = 0.65;

/** What is lower than this part of the tallest digit is no digit but a part of the nearest one: a dot, a dash. */
const lowest = 0.4;

/** Splits a drawing into digits, from left to right. */
export function groupStrokes(strokes: readonly Stroke[]): StrokeGroup[] {
  const groups: StrokeGroup[] = strokes.map((stroke) => ({ strokes: [stroke], extent: extentOf(stroke) }));
  mergeWhile(groups, together);
  const tallest = Math.max(0, ...groups.map(({ extent }) => heightOf(extent)));
  mergeSmall(groups, tallest * lowest);
  return groups.sort((a, b) => a.extent.left - b.extent.left);
}

/** Merges pairs until no two belong together. */
function mergeWhile(groups: StrokeGroup[], belong: (a: StrokeGroup, b: StrokeGroup) => boolean): void {
  for (let i = 0; i < groups.length; i++) {
    for (let j = i + 1; j < groups.length; j++) {
      const [a, b] = [groups[i], groups[j]];
      if (!a || !b || !belong(a, b)) continue;
      groups.splice(j, 1);
      groups[i] = merged(a, b);
      i = -1; // the merged group may reach what its parts did not
      break;
    }
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

function together(a: StrokeGroup, b: StrokeGroup): boolean {
  const overlap = Math.min(a.extent.right, b.extent.right) - Math.max(a.extent.left, b.extent.left);
  if (overlap >= shared * Math.min(widthOf(a.extent), widthOf(b.extent))) return true;
  const both = union(a.extent, b.extent);
  const lower = Math.min(heightOf(a.extent), heightOf(b.extent));
  const likeOne = widthOf(both) <= widest * heightOf(both) || lower < tall * heightOf(both);
  return overlap > 0 && likeOne && touch(a, b);
}

function touch(a: StrokeGroup, b: StrokeGroup): boolean {
  const points = b.strokes.flat();
  return a.strokes
    .flat()
    .some((p) => points.some((q) => Math.hypot(p.x - q.x, p.y - q.y) <= (p.width + q.width) / 2));
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
