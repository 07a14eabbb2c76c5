// How good answers of numbers are.
import { round, roundTo } from './round.ts';

/** What a training has seen of a number. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Standard deviation, 1 where all were equal. */
  readonly deviation: number;
}

/**
 * @param values - answers, `[N,numbers]`.
 * @param targets - `[N,numbers]`, what is right.
 * @param ranges - one for each number.
 * @returns what the card of such a model says of it.
 */
export function measureNumbers(
  values: ArrayLike<number>,
  targets: ArrayLike<number>,
  ranges: readonly NumberRange[],
) {
  const count = ranges.length;
  const n = targets.length / count;
  const each = ranges.map(({ deviation }, k) => {
    let [absolute, squared, sum] = [0, 0, 0];
    for (let i = k; i < targets.length; i += count) {
      const off = (values[i] ?? Number.NaN) - (targets[i] ?? 0);
      absolute += Math.abs(off);
      squared += off * off;
      sum += targets[i] ?? 0;
    }
    let spread = 0;
    for (let i = k; i < targets.length; i += count) spread += ((targets[i] ?? 0) - sum / n) ** 2;
    return { absolute: absolute / n, squared, spread, loss: squared / n / deviation ** 2, deviation };
  });
  return {
    n,
    loss: round(each.reduce((total, { loss }) => total + loss, 0) / count),
    meanAbsoluteError: each.map(({ absolute, deviation }) => roundTo(absolute, deviation)),
    r2: each.map(({ squared, spread }) => round(determination(squared, spread))),
  };
}

/** Reference: `r2_score` of scikit-learn: where the targets are all equal, 1 for right answers and 0 for others. */
function determination(squared: number, spread: number): number {
  if (spread > 0) return 1 - squared / spread;
  return squared === 0 ? 1 : 0;
}
