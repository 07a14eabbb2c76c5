// Fits a detector to what a model knows alone, for pictures of which nobody can draw others: what a network was not trained
// on gives it shorter features and smaller logits.
// References: Liu et al., "Energy-based Out-of-distribution Detection", 2020; Park, Jung and Teoh, "Understanding the
// Feature Norm for Out-of-Distribution Detection", 2023.
import type { Dense } from './detector.ts';
import type { Seen } from './fit-drawings.ts';

/** @returns one layer: how much smaller length and logits are than usual, each in its own deviations. */
export function fitToLengths({ values, n }: Seen): Dense[] {
  const width = values.length / n;
  const weights = new Float32Array(width);
  let bias = 0;
  for (const column of [width - 2, width - 1]) {
    const own = Array.from({ length: n }, (_, i) => values[i * width + column] ?? 0);
    const mean = own.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
    weights[column] = -1 / deviation;
    bias += mean / deviation;
  }
  return [{ weights, bias: Float32Array.of(bias) }];
}
