// How far numbers are off: mean absolute error, root mean square error and R2 of each.

/** What a training has seen of a number. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Standard deviation, 1 where all were equal. */
  readonly deviation: number;
}

/** One entry for each number, in its own units; R2 has none. */
export interface NumberMeasures {
  readonly meanAbsoluteError: number[];
  readonly rootMeanSquareError: number[];
  /**
   * Share of the variance that is explained; of a number that does not vary 1 where every answer is right, else 0.
   * Reference: scikit-learn, `r2_score`.
   */
  readonly r2: number[];
}

/** @param values - What was answered, `[N,K]`, as `targets`. */
export function measureNumbers(
  values: ArrayLike<number>,
  targets: ArrayLike<number>,
  count: number,
): NumberMeasures {
  const n = targets.length / count;
  const meanOf = (value: (answer: number, target: number) => number, k: number) => {
    let sum = 0;
    for (let i = k; i < targets.length; i += count) sum += value(values[i] ?? Number.NaN, targets[i] ?? 0);
    return sum / n;
  };
  const numbers = Array.from({ length: count }, (_, k) => {
    const center = meanOf((_, target) => target, k);
    const square = meanOf((answer, target) => (answer - target) ** 2, k);
    const variance = meanOf((_, target) => (target - center) ** 2, k);
    return {
      absolute: meanOf((answer, target) => Math.abs(answer - target), k),
      root: Math.sqrt(square),
      r2: variance > 0 ? 1 - square / variance : Number(square === 0),
    };
  });
  return {
    meanAbsoluteError: numbers.map(({ absolute }) => absolute),
    rootMeanSquareError: numbers.map(({ root }) => root),
    r2: numbers.map(({ r2 }) => r2),
  };
}
