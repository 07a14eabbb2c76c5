// Smooth random displacements, as a hand's unsteadiness makes them.
import type { Random } from '../random.ts';

/**
 * One component of an elastic distortion, in pixels, at the nodes of a mesh `sigma` pixels apart.
 *
 * Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks" (2003), draw a displacement
 * from [-1, 1] for each pixel, smooth that field with a Gaussian of `sigma` pixels and multiply it by `alpha`.
 * The result has no detail finer than `sigma`, so it is made on nodes that far apart and interpolated between them,
 * for a small part of the work; displacements spread as theirs do, by alpha / (sigma * 2 * sqrt(3 * pi)) pixels
 * (standard deviation) at the nodes and a little less between them, 0.94 of it over all pixels.
 *
 * @returns `[rows,columns]`
 */
export function elasticField(
  rows: number,
  columns: number,
  { alpha, sigma }: { readonly alpha: number; readonly sigma: number },
  next: Random,
): Float64Array {
  // Their Gaussian leaves 1 / (2 * sqrt(pi) * sigma) of the noise's deviation. `smooth` along both axes makes it
  // 70 times as wide: 1 + 4 * 4 + 6 * 6 + 4 * 4 + 1.
  const gain = alpha / (2 * Math.sqrt(Math.PI) * sigma) / 70;
  const noiseColumns = columns + 4;
  const noise = new Float64Array((rows + 4) * noiseColumns);
  for (let node = 0; node < noise.length; node++) noise[node] = gain * (2 * next() - 1);

  const smoothAcross = new Float64Array((rows + 4) * columns);
  for (let row = 0, node = 0; row < rows + 4; row++) {
    for (let column = 0; column < columns; column++, node++) {
      smoothAcross[node] = smooth(noise, row * noiseColumns + column, 1);
    }
  }
  const field = new Float64Array(rows * columns);
  for (let node = 0; node < field.length; node++) field[node] = smooth(smoothAcross, node, columns);
  return field;
}

/** The sum of five values times 1, 4, 6, 4, 1 (Pascal's row 4: a Gaussian with a standard deviation of one step). */
function smooth(values: Float64Array, first: number, step: number): number {
  const outer = (values[first] ?? 0) + (values[first + 4 * step] ?? 0);
  const inner = (values[first + step] ?? 0) + (values[first + 3 * step] ?? 0);
  return outer + 4 * inner + 6 * (values[first + 2 * step] ?? 0);
}
