// Fits the odds by which the page groups strokes that touch: a logistic regression on pairs of groups.
import { type Extent, heightOf, penExtentOf } from '../../../web-demo/page/draw/extent.ts';
import { looksOf } from '../../../web-demo/page/draw/groups.ts';
import { Meeting, meetingOf, type Outline, outlineOf } from '../../../web-demo/page/draw/outline.ts';
import type { Stroke } from '../../../web-demo/page/draw/strokes.ts';
import type { DrawnNumber } from './numbers.ts';

interface Pair {
  readonly looks: readonly number[];
  /** 1 for one digit, 0 for two. */
  readonly same: 0 | 1;
}

/** Strokes of one digit. */
interface Group {
  readonly outlines: readonly Outline[];
  /** The edges of the pen's way. */
  readonly pen: Extent;
}

/** Pairs that touch: of single strokes, and of whole digits next to each other where one has several strokes. */
export function pairsOf(numbers: readonly DrawnNumber[]): Pair[] {
  return numbers.flatMap((digits) => {
    const strokes = digits.flatMap((digit, of) => digit.map((stroke) => ({ of, group: grouped([stroke]) })));
    const tallest = Math.max(...strokes.map(({ group }) => heightOf(group.pen)));
    const pair = (a: Group, b: Group, same: Pair['same']): Pair[] => {
      const meetings = a.outlines.flatMap((one) => b.outlines.map((other) => meetingOf(one, other)));
      if (!meetings.some((bits) => bits & Meeting.touch)) return [];
      const crosses = meetings.some((bits) => bits & Meeting.cross);
      return [{ looks: looksOf(a.pen, b.pen, crosses, tallest), same }];
    };
    const single = strokes.flatMap((a, i) =>
      strokes.slice(i + 1).flatMap((b) => pair(a.group, b.group, a.of === b.of ? 1 : 0)),
    );
    const whole = digits.slice(1).flatMap((digit, i) => {
      const before = digits[i] ?? [];
      return digit.length + before.length > 2 ? pair(grouped(before), grouped(digit), 0) : [];
    });
    return [...single, ...whole];
  });
}

function grouped(strokes: readonly Stroke[]): Group {
  return { outlines: strokes.map(outlineOf), pen: penExtentOf(strokes.flat()) };
}

/**
 * The weights of a logistic regression by Newton's method, with a penalty of half their square.
 * Reference: Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 4.4.1.
 */
export function fitOdds(pairs: readonly Pair[]): number[] {
  const size = pairs[0]?.looks.length ?? 0;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < 30; round++) {
    const gradient = [...weights];
    const hessian = weights.map((_, i) => weights.map((_, j): number => (i === j ? 1 : 0)));
    for (const { looks, same } of pairs) {
      const p = 1 / (1 + Math.exp(-dot(weights, looks)));
      looks.forEach((a, i) => {
        gradient[i] = (gradient[i] ?? 0) + (p - same) * a;
        const row = hessian[i];
        looks.forEach((b, j) => {
          if (row) row[j] = (row[j] ?? 0) + p * (1 - p) * a * b;
        });
      });
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight - (step[i] ?? 0));
  }
  return weights;
}

/** Share of pairs that weights tell right. */
export function shareRight(weights: readonly number[], pairs: readonly Pair[]): number {
  return pairs.filter(({ looks, same }) => dot(weights, looks) > 0 === (same === 1)).length / pairs.length;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** Solves `matrix` x = `right` for a symmetric positive definite matrix, by elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  rows.forEach((row, i) => {
    const pivot = row[i] ?? 1;
    for (let k = i; k < row.length; k++) row[k] = (row[k] ?? 0) / pivot;
    rows.forEach((other, j) => {
      if (j === i) return;
      const factor = other[i] ?? 0;
      for (let k = i; k < other.length; k++) other[k] = (other[k] ?? 0) - factor * (row[k] ?? 0);
    });
  });
  return rows.map((row) => row.at(-1) ?? 0);
}
