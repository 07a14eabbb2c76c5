// How well several labels are answered: mean average precision, F1 at a threshold for each, whole sets that are right.
import { averagePrecision, bestThreshold, f1Of, type LabelScores } from './average-precision.ts';

/** Probabilities and targets of many pictures, `[N,K]` each. */
export interface LabelAnswers {
  readonly probabilities: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly labels: number;
}

/** One label over many pictures. */
export interface LabelMeasure {
  /** Pictures that have it. */
  readonly n: number;
  /** Undefined where no picture has it. */
  readonly averagePrecision: number | undefined;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface LabelMeasures {
  /** Over the labels that some picture has. */
  readonly meanAveragePrecision: number;
  /** Mean of the labels' F1, over the same labels. */
  readonly f1: number;
  /** Share of the pictures whose set of labels is right. */
  readonly exact: number;
}

/** The threshold of each label with the best F1. */
export function thresholdsOf(answers: LabelAnswers): number[] {
  return columnsOf(answers).map((column) => bestThreshold(column).threshold);
}

/** Each label at its threshold: a label is answered where its probability is at least that. */
export function measureEachLabel(answers: LabelAnswers, thresholds: readonly number[]): LabelMeasure[] {
  return columnsOf(answers).map((column, k): LabelMeasure => {
    let [right, given, having] = [0, 0, 0];
    for (let i = 0; i < column.scores.length; i++) {
      const [isGiven, has] = [(column.scores[i] ?? 0) >= (thresholds[k] ?? 0), column.has[i] === 1];
      if (isGiven) given++;
      if (has) having++;
      if (isGiven && has) right++;
    }
    return {
      n: having,
      averagePrecision: averagePrecision(column),
      precision: given === 0 ? 0 : right / given,
      recall: having === 0 ? 0 : right / having,
      f1: f1Of(right, given, having),
    };
  });
}

/** All labels together at their thresholds. */
export function measureLabels(answers: LabelAnswers, thresholds: readonly number[]): LabelMeasures {
  const seen = measureEachLabel(answers, thresholds).filter(({ n }) => n > 0);
  const mean = (value: (label: LabelMeasure) => number) =>
    seen.length === 0 ? 0 : seen.reduce((sum, label) => sum + value(label), 0) / seen.length;
  const { probabilities, targets, labels } = answers;
  const n = targets.length / labels;
  let exact = 0;
  for (let i = 0; i < n; i++) {
    const isRight = thresholds.every(
      (threshold, k) => (probabilities[i * labels + k] ?? 0) >= threshold === (targets[i * labels + k] === 1),
    );
    if (isRight) exact++;
  }
  return {
    meanAveragePrecision: mean((label) => label.averagePrecision ?? 0),
    f1: mean(({ f1 }) => f1),
    exact: exact / n,
  };
}

/** The scores of each label. */
export function columnsOf({ probabilities, targets, labels }: LabelAnswers): LabelScores[] {
  const n = targets.length / labels;
  const column = (values: ArrayLike<number>, k: number) =>
    Float32Array.from({ length: n }, (_, i) => values[i * labels + k] ?? 0);
  return Array.from({ length: labels }, (_, k) => ({
    scores: column(probabilities, k),
    has: column(targets, k),
  }));
}
