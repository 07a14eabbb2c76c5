// Resamples by averaging areas: each output pixel is the mean of the patch of the source that it covers.
import { type Check, unchecked } from './check.ts';

/** A gray picture of floats, `[height, width]`, row by row. */
export interface Plane {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The part of a plane to take, in source pixels; edges may lie between pixels and outside of the plane. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A gray picture, as bytes or as floats. */
export interface Levels extends Omit<Plane, 'data'> {
  readonly data: Float32Array | Uint8Array | Uint8ClampedArray;
}

/** Rows between two calls of `check`. */
const CHECKED_ROWS = 64;

/**
 * Resamples a patch of a plane to `width` x `height` by area averaging. A patch whose pixels coincide with the
 * result's is copied unchanged. Outside of the plane all is 0.
 *
 * @param check - called every few milliseconds; what it throws ends the work.
 */
export function resizeArea(
  source: Levels,
  patch: Patch,
  width: number,
  height: number,
  check: Check = unchecked,
): Plane {
  // Stryker disable next-line ConditionalExpression: the rest does the same, in twenty times the time
  if (isWhole(patch, width, height)) return cut(source, patch, width, height);
  const columns = cover(source.width, patch.x, patch.width, width);
  const rows = cover(source.height, patch.y, patch.height, height);
  const across = createAcross(source, columns, check);
  const data = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (const [y, row] of rows.entries()) {
    sums.fill(0);
    for (let k = 0; k < row.n; k++) {
      const line = across(row.first + k);
      const weight = weightAt(row, k);
      // Stryker disable next-line EqualityOperator: a value behind the end of a typed array is dropped
      for (let x = 0; x < width; x++) sums[x] = (sums[x] ?? 0) + (line[x] ?? 0) * weight;
    }
    data.set(sums, y * width);
  }
  return { data, width, height };
}

/**
 * Returns a function that averages one row of the source. It is called for rows in their order, and again for the last
 * one, which is kept: all rows would take the memory of the source.
 */
function createAcross(source: Levels, columns: readonly Cover[], check: Check): (y: number) => Float32Array {
  const line = new Float32Array(columns.length);
  let kept = -1;
  return (y) => {
    if (kept === y) return line;
    if (y % CHECKED_ROWS === 0) check();
    kept = y;
    const start = y * source.width;
    columns.forEach((column, x) => {
      line[x] = average(source.data, start, column);
    });
    return line;
  };
}

function average(data: Levels['data'], start: number, column: Cover): number {
  const { first, n } = column;
  let sum = 0;
  for (let k = 0; k < n; k++) sum += (data[start + first + k] ?? 0) * weightAt(column, k);
  return sum;
}

/** Whether the patch's pixels coincide with the source's and with the result's. */
// Stryker disable next-line BlockStatement: what goes the long way gets the same bytes
function isWhole(patch: Patch, width: number, height: number): boolean {
  return (
    patch.width === width && patch.height === height && Number.isInteger(patch.x) && Number.isInteger(patch.y)
  );
}

function cut(source: Levels, patch: Patch, width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  const left = Math.max(0, patch.x);
  const right = Math.min(source.width, patch.x + width);
  for (let y = Math.max(0, patch.y); y < Math.min(source.height, patch.y + height) && left < right; y++) {
    const row = source.data.subarray(y * source.width + left, y * source.width + right);
    data.set(row, (y - patch.y) * width + left - patch.x);
  }
  return { data, width, height };
}

/** The `n` source pixels from `first` on that an output pixel covers, with the share of the first, the last, the others. */
interface Cover {
  readonly first: number;
  readonly n: number;
  readonly head: number;
  readonly tail: number;
  readonly inner: number;
}

function weightAt({ n, head, tail, inner }: Cover, k: number): number {
  return k === 0 ? head : k === n - 1 ? tail : inner;
}

function cover(size: number, from: number, length: number, n: number): Cover[] {
  const scale = length / n;
  return Array.from({ length: n }, (_, i) => {
    const start = Math.min(size, Math.max(0, from + i * scale));
    const end = Math.min(size, Math.max(0, from + (i + 1) * scale));
    const first = Math.floor(start);
    const share = (pixel: number) => (Math.min(end, pixel + 1) - Math.max(start, pixel)) / scale;
    const pixels = Math.ceil(end) - first;
    return { first, n: pixels, head: share(first), tail: share(first + pixels - 1), inner: 1 / scale };
  });
}
