// Fits a detector to examples of both kinds: a small network that tells what a model knows from other drawings.
// Reference: Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", 2019.
import { descend } from './descend.ts';
import type { Dense } from './detector.ts';

/** What is seen of some pictures: float32 `[n,width]`, and how much each of them counts. */
export interface Seen {
  readonly values: Float32Array;
  readonly n: number;
}

/**
 * Fits a detector's network. Both kinds weigh alike.
 *
 * @param sizes - so many columns, the last ones, have scales of their own; those before them are of a direction.
 * @returns two layers, whose score is above 0 for what is rather one of the others.
 */
export function fitToExamples(known: Seen, others: Seen, sizes = 2): Dense[] {
  const width = known.values.length / known.n;
  const { means, scales } = scalesOf(known, width, sizes);
  const n = known.n + others.n;
  const values = new Float32Array(n * width);
  values.set(known.values);
  values.set(others.values, known.values.length);
  for (let i = 0; i < values.length; i++)
    values[i] = ((values[i] ?? 0) - (means[i % width] ?? 0)) / (scales[i % width] ?? 1);
  const isOther = Float32Array.from({ length: n }, (_, i) => (i < known.n ? 0 : 1));
  const weight = Float32Array.from(isOther, (other) => n / 2 / (other ? others.n : known.n));
  const [first, second] = descend({ values, isOther, weight, width });
  return [unscaled(first, means, scales), second];
}

/** Mean and deviation of lengths, logits and early channels; directions have one scale for all, so that what is never there stays small. */
function scalesOf({ values, n }: Seen, width: number, sizes: number) {
  const means = new Float32Array(width);
  const scales = new Float32Array(width).fill(0.1);
  for (let column = width - sizes; column < width; column++) {
    const own = Array.from({ length: n }, (_, i) => values[i * width + column] ?? 0);
    const mean = own.reduce((sum, value) => sum + value, 0) / n;
    means[column] = mean;
    scales[column] = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
  }
  return { means, scales };
}

/** The same layer for values that are not scaled. */
function unscaled({ weights, bias }: Dense, means: Float32Array, scales: Float32Array): Dense {
  const units = bias.length;
  const own = weights.map((value, i) => value / (scales[Math.floor(i / units)] ?? 1));
  const moved = bias.map((value, unit) =>
    means.reduce((sum, mean, i) => sum - mean * (own[i * units + unit] ?? 0), value),
  );
  return { weights: own, bias: moved };
}
