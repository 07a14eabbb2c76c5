// What an array of weights looks like, in five numbers.

export interface WeightStatistics {
  mean: number;
  /** Standard deviation, over all values (n, not n - 1). */
  deviation: number;
  min: number;
  max: number;
  /** Share of the values that are exactly zero. */
  zeros: number;
}

/** @returns All NaN for an empty array. */
export function statisticsOf(values: Float32Array | Float64Array): WeightStatistics {
  const n = values.length;
  let [sum, min, max, zeros] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
  }
  const mean = sum / n;
  // From the mean, not from the sum of squares: weights of mean 1 and tiny deviation would lose all digits.
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  if (n === 0) return { mean, deviation: Number.NaN, min: Number.NaN, max: Number.NaN, zeros: Number.NaN };
  return { mean, deviation: Math.sqrt(squares / n), min, max, zeros: zeros / n };
}
