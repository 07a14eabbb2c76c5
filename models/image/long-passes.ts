// The passes of a resize along a side of very many pixels. Its weights are made a few thousand at a time, and used for
// all rows, or along whole rows, before the next ones: there are few rows where they are long. Same integers, same bytes.
import type { Check } from './check.ts';
import { type Axis, HALF, PRECISION_BITS, tapsInPieces } from './taps.ts';

/** Horizontal pass over rows of `channels` bytes a pixel. */
export function acrossLong(
  source: Uint8Array,
  width: number,
  channels: 1 | 3,
  columns: Axis,
  check: Check,
): Uint8Array<ArrayBuffer> {
  const height = source.length / (width * channels);
  const stride = columns.n * channels;
  const out = new Uint8ClampedArray(height * stride);
  const sums = new Int32Array(height * channels);
  for (let x = 0; x < columns.n; x++) {
    sums.fill(HALF);
    tapsInPieces(columns, x, (start, weights) => {
      check();
      // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
      for (let i = 0; i < sums.length; i++) {
        const [y, c] = [Math.floor(i / channels), i % channels];
        let from = (y * width + start) * channels + c;
        let sum = sums[i] ?? 0;
        for (let k = 0; k < weights.length; k++, from += channels) {
          sum = (sum + Math.imul(source[from] ?? 0, weights[k] ?? 0)) | 0;
        }
        sums[i] = sum;
      }
    });
    for (let i = 0; i < sums.length; i++) {
      const [y, c] = [Math.floor(i / channels), i % channels];
      out[y * stride + x * channels + c] = (sums[i] ?? 0) >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

/**
 * Vertical pass.
 *
 * @param stride - bytes in a row, the same in source and result.
 * @param top - number of the source row with which `source` begins.
 */
export function downwardsLong(
  source: Uint8Array,
  stride: number,
  top: number,
  rows: Axis,
  check: Check,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8ClampedArray(rows.n * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < rows.n; y++) {
    sums.fill(HALF);
    tapsInPieces(rows, y, (start, weights) => {
      check();
      let from = (start - top) * stride;
      for (const weight of weights) {
        // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
        for (let x = 0; x < stride; x++) sums[x] = (sums[x] ?? 0) + Math.imul(source[from + x] ?? 0, weight);
        from += stride;
      }
    });
    for (let x = 0; x < stride; x++) out[y * stride + x] = (sums[x] ?? 0) >> PRECISION_BITS;
  }
  return new Uint8Array(out.buffer);
}
