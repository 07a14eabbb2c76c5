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

interface Kernel {
  /** Distance in pixels beyond which the kernel is zero. */
  readonly support: number;
  readonly at: (x: number) => number;
}

const kernels: Record<Filter, Kernel> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: (x) => cubic(Math.abs(x)) },
};

/**
 * Weights for outputs `from` to `from + n` of a resize from `inSize` to `outSize` pixels.
 *
 * Reference: Pillow, src/libImaging/Resample.c, `precompute_coeffs` and `normalize_coeffs_8bpc`.
 */
export function taps(inSize: number, outSize: number, from: number, n: number, filter: Filter): Taps {
  const { support: reach, at } = kernels[filter];
  const scale = inSize / outSize;
  const filterScale = Math.max(1, scale);
  const support = reach * filterScale;
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(n);
  const count = new Int32Array(n);
  const weights = new Int32Array(n * size);
  const exact = new Float64Array(size);

  for (let i = 0; i < n; i++) {
    const center = (from + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(inSize, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      // Pillow multiplies by the inverse: dividing would round otherwise.
      const weight = at((k + start - center + 0.5) * (1 / filterScale));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - start; k++) {
      const weight = sum === 0 ? (exact[k] ?? 0) : (exact[k] ?? 0) / sum;
      weights[i * size + k] = Math.trunc(weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
    }
    first[i] = start;
    count[i] = end - start;
  }
  return { size, first, count, weights };
}

/** Keys' cubic convolution kernel with a = -0.5, for x >= 0, in the order of Pillow's operations. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
