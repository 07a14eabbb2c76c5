// The fixed-point coefficients of Pillow's resampling: which source pixels make an output pixel, with which weights.

export type Filter = 'bilinear' | 'bicubic';

/**
 * Weights along one axis. Output `i` is the sum of `count[i]` source pixels from `first[i]` on, with the weights
 * from `weights[i * size]` on, which are fractions of `PRECISION_BITS` bits.
 */
export interface Taps {
  readonly size: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

/** Bits of fraction of a weight: 32, less 8 for the pixel and 2 for the sum's overflow and sign. */
export const PRECISION_BITS = 32 - 8 - 2;

/** What a sum of weighted pixels begins with, half of the last bit kept, so that the shift rounds. */
export const HALF = 1 << (PRECISION_BITS - 1);

interface Kernel {
  /** Distance in pixels beyond which the kernel is zero. */
  readonly support: number;
  readonly at: (x: number) => number;
}

const kernels: Record<Filter, Kernel> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: (x) => cubic(Math.abs(x)) },
};

/** One axis of a resize: outputs `from` to `from + n` of one from `inSize` to `outSize` pixels. */
export interface Axis {
  readonly inSize: number;
  readonly outSize: number;
  readonly from: number;
  readonly n: number;
  readonly filter: Filter;
}

/** The source pixels of one output, from `start` to before `end`, around `center`. */
interface Reach {
  readonly center: number;
  readonly start: number;
  readonly end: number;
}

/** How far the filter reaches at the scale of an axis, in source pixels. */
function supportOf({ inSize, outSize, filter }: Axis): number {
  return kernels[filter].support * Math.max(1, inSize / outSize);
}

/** Weights of an output at most. */
export function tapsEach(axis: Axis): number {
  return Math.ceil(supportOf(axis)) * 2 + 1;
}

function reachOf(axis: Axis, i: number): Reach {
  const support = supportOf(axis);
  const center = (axis.from + i + 0.5) * (axis.inSize / axis.outSize);
  return {
    center,
    start: Math.max(0, Math.trunc(center - support + 0.5)),
    end: Math.min(axis.inSize, Math.trunc(center + support + 0.5)),
  };
}

/** The source pixels that all outputs of an axis are made from: from `start` to before `end`. */
export function spanOf(axis: Axis): { readonly start: number; readonly end: number } {
  return { start: reachOf(axis, 0).start, end: reachOf(axis, axis.n - 1).end };
}

/** The filter at a source pixel. Pillow multiplies by the inverse of the scale: dividing would round otherwise. */
function exactWeights({ inSize, outSize, filter }: Axis): (center: number, pixel: number) => number {
  const { at } = kernels[filter];
  const inverse = 1 / Math.max(1, inSize / outSize);
  return (center, pixel) => at((pixel - center + 0.5) * inverse);
}

function fixedPoint(exact: number, sum: number): number {
  const weight = sum === 0 ? exact : exact / sum;
  return Math.trunc(weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
}

/**
 * The weights of an axis.
 *
 * Reference: Pillow, src/libImaging/Resample.c, `precompute_coeffs` and `normalize_coeffs_8bpc`.
 */
export function taps(axis: Axis): Taps {
  const { n } = axis;
  const size = tapsEach(axis);
  const first = new Int32Array(n);
  const count = new Int32Array(n);
  const weights = new Int32Array(n * size);
  const exact = new Float64Array(size);
  const exactWeight = exactWeights(axis);

  // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
  for (let i = 0; i < n; i++) {
    const { center, start, end } = reachOf(axis, i);
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      const weight = exactWeight(center, k + start);
      exact[k] = weight;
      sum += weight;
    }
    // Stryker disable next-line ArithmeticOperator: weights behind an output's are its successor's, which are written next
    for (let k = 0; k < end - start; k++) weights[i * size + k] = fixedPoint(exact[k] ?? 0, sum);
    first[i] = start;
    count[i] = end - start;
  }
  return { size, first, count, weights };
}

/** Weights that are held at a time by `tapsInPieces`. */
const PIECE = 4096;

/**
 * The same weights of one output, a few thousand at a time: all those of a side of millions of pixels would take many
 * times the memory of the picture.
 *
 * @param use - gets the source pixel at which a piece begins, and its weights, which the next piece overwrites.
 */
export function tapsInPieces(axis: Axis, i: number, use: (start: number, weights: Int32Array) => void): void {
  const { center, start, end } = reachOf(axis, i);
  const exactWeight = exactWeights(axis);
  let sum = 0;
  for (let pixel = start; pixel < end; pixel++) sum += exactWeight(center, pixel);
  // Stryker disable next-line ArithmeticOperator: in larger pieces the weights are the same
  const piece = new Int32Array(Math.min(PIECE, end - start));
  // Stryker disable next-line EqualityOperator: a piece of no weights adds nothing
  for (let from = start; from < end; from += piece.length) {
    const n = Math.min(piece.length, end - from);
    for (let k = 0; k < n; k++) piece[k] = fixedPoint(exactWeight(center, from + k), sum);
    use(from, piece.subarray(0, n));
  }
}

/** Keys' cubic convolution kernel with a = -0.5, for x from 0 to 2, in the order of Pillow's operations: no tap is further. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return (((x - 5) * x + 8) * x - 4) * a;
}
