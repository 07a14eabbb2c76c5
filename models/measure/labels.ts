// How good answers of several labels are.
import { averagePrecision } from './average-precision.ts';
import { round } from './round.ts';

/** One label over all pictures. */
export interface LabelMeasure {
  /** Pictures that have it. */
  readonly n: number;
  /** NaN where no picture has it. */
  readonly averagePrecision: number;
  /** At its threshold; 0 where neither a picture nor an answer has it. */
  readonly f1: number;
}

/** The smallest float32, for a probability that was rounded to nothing. */
const LEAST = 2 ** -149;

/**
 * @param probabilities - float32 `[N,labels]`.
 * @param targets - `[N,labels]`, 1 where the picture has the label and 0 where not.
 * @param thresholds - for each label, from which probability on it is an answer.
 * @returns what the card of such a model says of it, and the same of each label.
 */
export function measureLabels(
  probabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  thresholds: readonly number[],
) {
  const count = thresholds.length;
  const n = targets.length / count;
  const labels = thresholds.map((threshold, k): LabelMeasure => {
    const scores = Float32Array.from({ length: n }, (_, i) => probabilities[i * count + k] ?? 0);
    const has = (picture: number) => targets[picture * count + k] === 1;
    let [positives, answered, both] = [0, 0, 0];
    for (const [i, score] of scores.entries()) {
      const answer = score >= threshold;
      if (has(i)) positives++;
      if (answer) answered++;
      if (has(i) && answer) both++;
    }
    const f1 = positives + answered === 0 ? 0 : (2 * both) / (positives + answered);
    return { n: positives, averagePrecision: averagePrecision(scores, has), f1 };
  });
  const shown = labels.filter((label) => label.n > 0);
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    n,
    loss: round(crossEntropy(probabilities, targets)),
    meanAveragePrecision: round(mean(shown.map((label) => label.averagePrecision))),
    f1: round(mean(labels.map((label) => label.f1))),
    exact: round(exactShare(probabilities, targets, thresholds)),
    labels,
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

function exactShare(
  probabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  thresholds: readonly number[],
): number {
  const count = thresholds.length;
  const n = targets.length / count;
  let exact = 0;
  for (let i = 0; i < n; i++) {
    const isRight = (threshold: number, k: number) =>
      (probabilities[i * count + k] ?? 0) >= threshold === (targets[i * count + k] === 1);
    if (thresholds.every(isRight)) exact++;
  }
  return exact / n;
}
