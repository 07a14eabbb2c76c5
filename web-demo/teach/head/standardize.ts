// Brings features to mean 0 and deviation 1, so that one strength of L2 suits every network.

export interface Standardized {
  /** `[n,F]`. */
  readonly values: Float64Array;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * Deviations below this part of the mean deviation count as so much: a feature that hardly changes would otherwise be
 * enlarged to noise, and its large weight would round badly in float32.
 */
const LEAST = 0.05;

/** @param features - `[n,F]`, row by row. */
export function standardized(features: Float32Array, n: number): Standardized {
  const width = features.length / n;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (let i = 0; i < features.length; i++) {
    const f = i % width;
    mean[f] = (mean[f] ?? 0) + (features[i] ?? 0) / n;
  }
  for (let i = 0; i < features.length; i++) {
    const f = i % width;
    square[f] = (square[f] ?? 0) + ((features[i] ?? 0) - (mean[f] ?? 0)) ** 2 / n;
  }
  const own = square.map(Math.sqrt);
  const least = (LEAST * own.reduce((sum, each) => sum + each, 0)) / Math.max(1, width);
  // Where all examples are the same, nothing is to be enlarged.
  const deviation = own.map((each) => Math.max(each, least) || 1);
  const values = new Float64Array(features.length);
  for (let i = 0; i < features.length; i++) {
    const f = i % width;
    values[i] = ((features[i] ?? 0) - (mean[f] ?? 0)) / (deviation[f] ?? 1);
  }
  return { values, mean, deviation };
}
