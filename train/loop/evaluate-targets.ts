// The evaluation of tasks with targets: loss and measures of several labels, or of numbers, on a whole split.

import { type LabelMeasures, measureLabels, thresholdsOf } from '../../models/measure/labels.ts';
import { measureNumbers, type NumberMeasures } from '../../models/measure/numbers.ts';
import type { Split } from '../datasets/dataset.ts';
import { imagesOf, targetCount } from '../datasets/dataset.ts';
import { labelsLoss, logistic, numbersLoss } from '../tasks/losses.ts';
import type { NumberLoss } from '../tasks/task.ts';

/** Maps uint8 `[N,H,W,C]` to `[N,K]`. */
type Predict = (images: Uint8Array) => Float32Array;

export interface LabelsEvaluation {
  readonly n: number;
  /** Mean cross-entropy of the labels. */
  readonly loss: number;
  /** 1 - mean average precision. */
  readonly errorRate: number;
  readonly multi: LabelMeasures;
  /** That of each label with the best F1 on these pictures. */
  readonly thresholds: readonly number[];
}

export interface NumbersEvaluation {
  readonly n: number;
  readonly loss: number;
  /** Mean absolute error in units of the training targets' deviation, over all numbers. */
  readonly errorRate: number;
  readonly regression: NumberMeasures;
}

/**
 * Several labels of a split with targets.
 * @param logits - Gives logits.
 * @param batch - Pictures at a time.
 * @param thresholds - Chosen on other pictures; on these if left out.
 */
export function evaluateLabels(
  logits: Predict,
  split: Split,
  batch: number,
  thresholds?: readonly number[],
): LabelsEvaluation {
  const { values, targets, count } = answersOf(logits, split, batch);
  const loss = meanLoss(values, targets, count, labelsLoss);
  const answers = { probabilities: values.map(logistic), targets, labels: count };
  const own = thresholds ?? thresholdsOf(answers);
  const multi = measureLabels(answers, own);
  return { n: split.n, loss, errorRate: 1 - multi.meanAveragePrecision, multi, thresholds: own };
}

/**
 * Numbers of a split with targets.
 * @param predict - Gives numbers in the units of the targets.
 * @param deviation - Of the training targets, `[K]`.
 */
export function evaluateNumbers(
  predict: Predict,
  split: Split,
  batch: number,
  kind: NumberLoss,
  deviation: Float32Array,
): NumbersEvaluation {
  const { values, targets, count } = answersOf(predict, split, batch);
  const loss = meanLoss(values, targets, count, (value, target) =>
    numbersLoss(kind, value, target, deviation),
  );
  const regression = measureNumbers(values, targets, count);
  const standardized = regression.meanAbsoluteError.map((error, k) => error / (deviation[k] ?? 1));
  return {
    n: split.n,
    loss,
    errorRate: standardized.reduce((sum, error) => sum + error, 0) / count,
    regression,
  };
}

/** What is answered to every picture of a split, `[N,K]`, beside its targets. */
function answersOf(predict: Predict, split: Split, batch: number) {
  const { targets, n } = split;
  if (targets === undefined) throw new Error('a task with targets is evaluated on pictures that have them');
  const count = targetCount(split);
  const values = new Float32Array(n * count);
  for (let from = 0; from < n; from += batch)
    values.set(predict(imagesOf(split, from, Math.min(from + batch, n))), from * count);
  return { values, targets, count };
}

function meanLoss(
  values: Float32Array,
  targets: Float32Array,
  count: number,
  lossOf: (value: Float32Array, target: Float32Array) => number,
): number {
  let sum = 0;
  for (let at = 0; at < targets.length; at += count)
    sum += lossOf(values.subarray(at, at + count), targets.subarray(at, at + count));
  return sum / (targets.length / count);
}
