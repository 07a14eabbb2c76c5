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

function squares({ data, width, height }: Plane, reach: number, sign: 1 | -1): Plane {
  const across = new Float32Array(data.length);
  const queue = new Int32Array(Math.max(width, height));
  for (let y = 0; y < height; y++)
    line(data, across, { start: y * width, stride: 1, n: width }, reach, sign, queue);
  const out = new Float32Array(data.length);
  for (let x = 0; x < width; x++)
    line(across, out, { start: x, stride: width, n: height }, reach, sign, queue);
  return { data: out, width, height };
}

/** A row or a column: `n` values from `start` on, `stride` apart. */
interface Line {
  readonly start: number;
  readonly stride: number;
  readonly n: number;
}

/**
 * The largest of `sign` times each window along one line: the queue holds the places that can still become it, best
 * first. Every place enters and leaves once.
 */
function line(
  from: Float32Array,
  to: Float32Array,
  { start, stride, n }: Line,
  reach: number,
  sign: 1 | -1,
  queue: Int32Array,
): void {
  let head = 0;
  let tail = 0;
  for (let i = 0, next = 0; i < n; i++) {
    for (; next < n && next <= i + reach; next++) {
      const value = sign * (from[start + next * stride] ?? 0);
      while (tail > head && sign * (from[start + (queue[tail - 1] ?? 0) * stride] ?? 0) <= value) tail--;
      queue[tail++] = next;
    }
    while ((queue[head] ?? 0) < i - reach) head++;
    to[start + i * stride] = from[start + (queue[head] ?? 0) * stride] ?? 0;
  }
}
