// What a card expects of the built-in pictures, and how far an answer is from it, whatever the task is.
import type { Card } from './card.ts';
import { type GoldenName, goldenDifference } from './golden.ts';

/** What a model answers to a built-in picture. */
export interface ExpectedAnswer {
  readonly input: GoldenName;
  /** In the order of the labels: probabilities, or numbers. */
  readonly output: readonly number[];
  readonly novelty?: number;
}

/** The built-in pictures of a card with their answers. */
export function expectedAnswers({ golden }: Pick<Card, 'golden'>): ExpectedAnswer[] {
  return golden.map(({ input, novelty, ...answer }) => ({
    input,
    output: 'values' in answer ? answer.values : answer.probabilities,
    ...(novelty !== undefined && { novelty }),
  }));
}

/**
 * The unit in which differences of each output are measured: 1 for a probability; for a number its deviation among the
 * training pictures, so that one tolerance is for every unit.
 */
export function unitsOf(card: Card): number[] {
  if (card.task === 'regression') return card.ranges.map(({ deviation }) => deviation);
  return card.labels.map(() => 1);
}

/**
 * Largest difference of two outputs of a model, in its `unitsOf`, or relative to a number that is larger than that;
 * `Infinity` as `goldenDifference` has it.
 */
export function outputDifference(
  expected: ArrayLike<number>,
  got: ArrayLike<number>,
  units: readonly number[],
): number {
  // A float32 has seven digits, however small the deviation is.
  const scaled = (values: ArrayLike<number>) =>
    Array.from(
      values,
      (value, k) => value / Math.max(units[k % units.length] ?? 1, Math.abs(expected[k] ?? 0)),
    );
  return goldenDifference(scaled(expected), scaled(got));
}

/** What differences are of: `of a probability`, or `of a number's deviation`. */
export function unitInWords({ task }: Pick<Card, 'task'>): string {
  return task === 'regression' ? "of a number's deviation" : 'of a probability';
}
