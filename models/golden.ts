// Built-in pictures whose expected answers travel in the card, so that any runtime can check itself in a moment.

/** Names of the built-in pictures, in the order in which cards list them. */
export const goldenNames = ['zeros', 'ramp', 'checker', 'noise'] as const;

export type GoldenName = (typeof goldenNames)[number];

/** Side of a square of `checker`, in pixels. */
const CHECKER_SIDE = 4;

/** Value of one byte of a picture: `index` counts bytes, `y` and `x` pixels, `c` channels. */
type Formula = (index: number, y: number, x: number, c: number, n: number) => number;

const formulas: Record<GoldenName, Formula> = {
  // Stryker disable next-line ArrowFunction: undefined becomes 0 in a byte
  zeros: () => 0,
  ramp: (index, _y, _x, _c, n) => Math.floor((index * 255) / Math.max(1, n - 1)),
  checker: (_index, y, x, c) =>
    (Math.floor(y / CHECKER_SIDE) + Math.floor(x / CHECKER_SIDE) + c) % 2 === 0 ? 255 : 0,
  noise: (index) => hash(index) >>> 24,
};

/**
 * Makes a built-in picture: `[H,W,C]` uint8, a pure function of name and shape, integer arithmetic only,
 * so the same bytes come out on every machine.
 */
export function goldenInput(name: GoldenName, shape: readonly [number, number, number]): Uint8Array {
  const [height, width, channels] = shape;
  const formula = formulas[name];
  const n = height * width * channels;
  return new Uint8Array(n).map((_, index) => {
    const pixel = Math.floor(index / channels);
    return formula(index, Math.floor(pixel / width), pixel % width, index % channels, n);
  });
}

/**
 * Largest difference between the expected probabilities of a built-in picture and those that a runtime gave.
 *
 * @returns 0 when equal, `Infinity` when the lengths differ or a probability is not a number.
 */
export function goldenDifference(expected: readonly number[], got: ArrayLike<number>): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(value - (got[i] ?? Number.NaN));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/**
 * Largest difference from a card's golden probabilities at which a model is trusted. Other processors add float32
 * numbers in another order and differ by up to 1e-6; a wrong file or a broken runtime differs by far more.
 */
export const GOLDEN_TOLERANCE = 1e-4;

/** 32-bit mixing of an index: the finalizer of MurmurHash3 (Appleby, public domain). */
function hash(index: number): number {
  let h = index + 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
