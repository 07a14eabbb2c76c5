// Mean, smallest and largest value of the square around each pixel, in a time that does not grow with the square.
import type { Plane } from './area.ts';

/** Mean of the square of `2 reach + 1` pixels around each pixel, as far as it lies within the plane. */
export function localMean(plane: Plane, reach: number): Plane {
  const { data, width, height } = plane;
  // Sums of all that is above and left of a corner between pixels (Crow 1984, summed-area tables).
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const mean = new Float32Array(width * height);
  const stride = width + 1;
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - reach);
    const bottom = Math.min(height, y + reach + 1);
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - reach);
      const right = Math.min(width, x + reach + 1);
      const lower = (sums[bottom * stride + right] ?? 0) - (sums[bottom * stride + left] ?? 0);
      const upper = (sums[top * stride + right] ?? 0) - (sums[top * stride + left] ?? 0);
      mean[y * width + x] = (lower - upper) / ((bottom - top) * (right - left));
    }
  }
  return { data: mean, width, height };
}

/** Smallest value of the square of `2 reach + 1` pixels around each pixel. */
export function localMinimum(plane: Plane, reach: number): Plane {
  return squares(plane, reach, -1);
}

/** Largest value of the square of `2 reach + 1` pixels around each pixel. */
export function localMaximum(plane: Plane, reach: number): Plane {
  return squares(plane, reach, 1);
}

/** Across, then down; the smallest is the largest of the negatives. */
function squares({ data, width, height }: Plane, reach: number, sign: 1 | -1): Plane {
  const across = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  const window = new Float32Array(Math.max(width, height) + 2 * reach);
  for (let y = 0; y < height; y++) line(data, across, y * width, 1, width, reach, sign, window);
  for (let x = 0; x < width; x++) line(across, out, x, width, height, reach, sign, window);
  return { data: out, width, height };
}

/**
 * The largest of `sign` times each window along one line, `n` values from `start` on, `stride` apart: windows of 1, 2,
 * 4 and so on pixels, each of two of the last, and two of those that overlap for the whole.
 *
 * @param window - room for `n + 2 reach` values.
 */
function line(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  n: number,
  reach: number,
  sign: 1 | -1,
  window: Float32Array,
): void {
  const size = 2 * reach + 1;
  const length = n + 2 * reach;
  window.fill(Number.NEGATIVE_INFINITY, 0, reach).fill(Number.NEGATIVE_INFINITY, reach + n, length);
  for (let i = 0; i < n; i++) window[reach + i] = sign * (from[start + i * stride] ?? 0);
  let covered = 1;
  for (; covered * 2 <= size; covered *= 2) {
    for (let i = 0; i + covered < length; i++) {
      const next = window[i + covered] ?? 0;
      if (next > (window[i] ?? 0)) window[i] = next;
    }
  }
  const rest = size - covered;
  for (let i = 0; i < n; i++) {
    to[start + i * stride] = sign * Math.max(window[i] ?? 0, window[i + rest] ?? 0);
  }
}
