// Several digits in a row: which strokes belong together, from left to right.
import { type Extent, heightOf, middleOf, union, widthOf } from './extent.ts';
import { mergeLikely } from './merge.ts';
import { Meeting, meetingOf, type Outline, outlineOf } from './outline.ts';
import type { Stroke } from './strokes.ts';

/** Strokes of one digit. */
export interface StrokeGroup {
  readonly strokes: readonly Stroke[];
  /** The edges of their ink. */
  readonly extent: Extent;
}

/** A drawing, split into digits from left to right. */
export interface Drawn {
  readonly strokes: readonly Stroke[];
  readonly digits: readonly StrokeGroup[];
}

/** A group while it is being merged. */
interface Part extends StrokeGroup {
  readonly id: number;
  /** The edges of the pen's way. */
  readonly pen: Extent;
  /** {@link Meeting} with each group, at the place of that one's first stroke in the drawing. */
  readonly meetings: Uint8Array;
  readonly place: number;
}

/** Strokes that share at least this part of the narrower one's width, and do not touch, stand above each other: one digit. */
const shared = 0.35;

/**
 * Groups that touch are one digit where the sum of what {@link looksOf} sees, each times one of these, is above 0: the log of
 * the odds. Fitted to the strokes of 22 people: `npm run bench pens -- --fit --n 3000`.
 */
const odds = [2.38, 5.95, -9.12, 4.08, -13.97, -2.84];

/** What is lower than this part of the tallest digit is no digit but a part of the nearest one: a dot, a dash. */
const lowest = 0.4;

/** Splits a drawing into digits, from left to right. */
export type Grouping = (strokes: readonly Stroke[]) => StrokeGroup[];

/** Splits one drawing into digits, from left to right. */
export function groupStrokes(strokes: readonly Stroke[]): StrokeGroup[] {
  return createGrouping()(strokes);
}

/**
 * Makes a {@link Grouping} that remembers how the strokes of the drawing before meet: a movement of the pen costs as much as
 * the growing stroke's meetings with the others.
 */
export function createGrouping(): Grouping {
  let before: Meetings = { outlines: [], rows: [] };
  return (strokes) => {
    before = meetingsOf(strokes, before);
    const rows = before.rows.map((row) => row.slice());
    const single = before.outlines.map(partOf(rows));
    const tallestStroke = Math.max(0, ...single.map(({ pen }) => heightOf(pen)));
    const groups: StrokeGroup[] = mergeLikely(
      single,
      (a, b) => togetherness(a, b, tallestStroke),
      (a, b, id) => joined(a, b, id, rows),
    ).map(({ strokes, extent }) => ({ strokes, extent }));
    const tallest = Math.max(0, ...groups.map(({ extent }) => heightOf(extent)));
    mergeSmall(groups, tallest * lowest);
    return groups.sort((a, b) => a.extent.left - b.extent.left);
  };
}

/** The strokes of a drawing and, for each, its {@link Meeting} with each of them. */
interface Meetings {
  readonly outlines: readonly Outline[];
  readonly rows: readonly Uint8Array[];
}

/** What is known of strokes that were there before is kept: strokes never change, they are replaced. */
function meetingsOf(strokes: readonly Stroke[], before: Meetings): Meetings {
  const places = new Map(before.outlines.map(({ stroke }, i) => [stroke, i]));
  const known = strokes.map((stroke) => places.get(stroke));
  const outlines = strokes.map((stroke, i) => before.outlines[known[i] ?? -1] ?? outlineOf(stroke));
  const rows = outlines.map(() => new Uint8Array(outlines.length));
  outlines.forEach((outline, i) => {
    const old = before.rows[known[i] ?? -1];
    for (let j = 0; j < i; j++) {
      const other = outlines[j];
      const bits = old?.[known[j] ?? -1] ?? (other ? meetingOf(outline, other) : 0);
      if (bits === Meeting.none) continue;
      rows[i]?.fill(bits, j, j + 1);
      rows[j]?.fill(bits, i, i + 1);
    }
  });
  return { outlines, rows };
}

function partOf(rows: readonly Uint8Array[]): (outline: Outline, id: number) => Part {
  return ({ stroke, ink, pen }, id) => ({
    id,
    strokes: [stroke],
    extent: ink,
    pen,
    meetings: rows[id] ?? new Uint8Array(),
    place: id,
  });
}

/** The two as one, in the place of the first: whom either met, meets it. */
function joined(a: Part, b: Part, id: number, rows: readonly Uint8Array[]): Part {
  for (const row of rows) row[a.place] = (row[a.place] ?? 0) | (row[b.place] ?? 0);
  b.meetings.forEach((bits, i) => {
    a.meetings[i] = (a.meetings[i] ?? 0) | bits;
  });
  return { id, ...merged(a, b), pen: union(a.pen, b.pen), meetings: a.meetings, place: a.place };
}

/** Adds each group that is too low for a digit to the one whose middle is nearest. */
function mergeSmall(groups: StrokeGroup[], height: number): void {
  for (;;) {
    const small = groups.findIndex(({ extent }) => heightOf(extent) < height);
    const group = groups[small];
    if (!group || groups.length < 2) return;
    groups.splice(small, 1);
    const gaps = groups.map(({ extent }) => Math.abs(middleOf(extent) - middleOf(group.extent)));
    const nearest = gaps.indexOf(Math.min(...gaps));
    const other = groups[nearest];
    if (other) groups[nearest] = merged(other, group);
  }
}

function merged(a: StrokeGroup, b: StrokeGroup): StrokeGroup {
  return { strokes: a.strokes.concat(b.strokes), extent: union(a.extent, b.extent) };
}

/** Above 0 for two groups that belong together: the more, the surer. */
function togetherness(a: Part, b: Part, tallest: number): number {
  const bits = a.meetings[b.place] ?? 0;
  if (bits & Meeting.touch) {
    const looks = looksOf(a.pen, b.pen, (bits & Meeting.cross) !== 0, tallest);
    let sum = 0;
    for (let i = 0; i < odds.length; i++) sum += (looks[i] ?? 0) * (odds[i] ?? 0);
    return sum;
  }
  const overlap = Math.min(a.extent.right, b.extent.right) - Math.max(a.extent.left, b.extent.left);
  return overlap >= shared * Math.min(widthOf(a.extent), widthOf(b.extent)) ? 1 : -1;
}

/**
 * What tells two groups of one digit from two digits, in heights of the tallest stroke: 1, the height of both, how far they
 * stand at the same height, whether they cross, the way from middle to middle, by how much one is higher.
 *
 * @param first - the edges of the pen's way of one, `second` those of the other.
 */
export function looksOf(first: Extent, second: Extent, crosses: boolean, tallest: number): number[] {
  const unit = Math.max(tallest, Number.EPSILON);
  const beside = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  return [
    1,
    heightOf(union(first, second)) / unit,
    beside / unit,
    crosses ? 1 : 0,
    Math.abs(middleOf(first) - middleOf(second)) / unit,
    Math.abs(heightOf(first) - heightOf(second)) / unit,
  ];
}
