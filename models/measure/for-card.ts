// What a card says of how good the answers of its model are, rounded: machines differ in the last bits of a float32.
import { measureLabels } from './labels.ts';
import { measureNumbers, type NumberRange } from './numbers.ts';
import { round, roundTo } from './round.ts';

/** The smallest float32, for a probability that was rounded to nothing. */
const LEAST = 2 ** -149;

/**
 * Of several labels.
 *
 * @param probabilities - float32 `[N,labels]`.
 * @param targets - `[N,labels]`, 1 where the picture has the label and 0 where not.
 * @param thresholds - for each label, from which probability on it is an answer.
 */
export function labelsForCard(
  probabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  thresholds: readonly number[],
) {
  const labels = thresholds.length;
  const measures = measureLabels({ probabilities, targets, labels }, thresholds);
  return {
    n: targets.length / labels,
    loss: round(crossEntropy(probabilities, targets)),
    meanAveragePrecision: round(measures.meanAveragePrecision),
    f1: round(measures.f1),
    exact: round(measures.exact),
  };
}

/** Mean over pictures and labels. */
function crossEntropy(probabilities: ArrayLike<number>, targets: ArrayLike<number>): number {
  let loss = 0;
  for (let i = 0; i < targets.length; i++) {
    const p = probabilities[i] ?? 0;
    loss -= Math.log(Math.max(LEAST, targets[i] === 1 ? p : 1 - p));
  }
  return loss / targets.length;
}

/**
 * Of numbers; the loss is the square of their distance in standard deviations.
 *
 * @param values - answers, `[N,numbers]`.
 * @param targets - `[N,numbers]`, what is right.
 * @param ranges - one for each number.
 */
export function numbersForCard(
  values: ArrayLike<number>,
  targets: ArrayLike<number>,
  ranges: readonly NumberRange[],
) {
  const { meanAbsoluteError, rootMeanSquareError, r2 } = measureNumbers(values, targets, ranges.length);
  const squares = ranges.map(({ deviation }, k) => ((rootMeanSquareError[k] ?? 0) / deviation) ** 2);
  return {
    n: targets.length / ranges.length,
    loss: round(squares.reduce((total, square) => total + square, 0) / ranges.length),
    meanAbsoluteError: ranges.map(({ deviation }, k) => roundTo(meanAbsoluteError[k] ?? 0, deviation)),
    r2: r2.map(round),
  };
}
