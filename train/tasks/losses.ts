// The losses of layers/target-loss.ts of one picture, in plain numbers: for evaluation and for the worst pictures.
import type { NumberLoss } from './task.ts';

/** Mean cross-entropy of the labels of a picture; `logits` and `targets` are `[K]`. */
export function labelsLoss(logits: ArrayLike<number>, targets: ArrayLike<number>): number {
  return meanOver(logits, targets, (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))));
}

/** Mean distance of the numbers of a picture; all are `[K]`, in the units of the targets. */
export function numbersLoss(
  loss: NumberLoss,
  values: ArrayLike<number>,
  targets: ArrayLike<number>,
  deviation: ArrayLike<number>,
): number {
  const distanceIn = {
    l1: (d: number) => d,
    l2: (d: number) => d * d,
    huber: (d: number) => (d <= 1 ? 0.5 * d * d : d - 0.5),
  }[loss];
  return meanOver(values, targets, (value, target, k) =>
    distanceIn(Math.abs(value - target) / (deviation[k] ?? 1)),
  );
}

function meanOver(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  value: (a: number, b: number, k: number) => number,
): number {
  let sum = 0;
  for (let k = 0; k < b.length; k++) sum += value(a[k] ?? Number.NaN, b[k] ?? 0, k);
  return sum / b.length;
}

/** The logistic function. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
