// Resizes pictures to the same bytes as Pillow, so that a model gets the pixels it was trained on.

import { type Check, unchecked } from './check.ts';
import { acrossLong, downwardsLong } from './long-passes.ts';
import { openPasses, type Passes } from './passes.ts';
import { checkPicture, type Picture } from './picture.ts';
import { planResize, type Window } from './resize-plan.ts';
import { type Axis, type Filter, HALF, PRECISION_BITS, spanOf, type Taps, taps, tapsEach } from './taps.ts';

/**
 * Resizes to `width` x `height` pixels, to the byte as `Image.resize((width, height), filter)` of Pillow up to 12.2.
 *
 * Reference: Pillow 12, src/libImaging/Resample.c: a horizontal, then a vertical pass, each with fixed-point
 * coefficients and each rounded and clipped to uint8. Later versions do the same arithmetic, in the other order for
 * some sizes, which changes a few bytes: 12.3 for pictures over 100 times as tall as wide, 13 where the height
 * shrinks by more than twice as many pixels as the width. The order here is the one that existing models know, and for
 * the large ones among the pictures over 100 times as tall as wide that of Pillow 12.3: see resize-plan.ts.
 *
 * @param picture - 1 or 3 channels; colors under transparency mean nothing, so flatten a picture with alpha first.
 * @param filter - `bilinear` is a triangle, `bicubic` a cubic with a = -0.5; both widen when they shrink.
 * @throws RangeError for sides that are not whole and positive, and for a picture with alpha.
 */
export function resize(picture: Picture, width: number, height: number, filter: Filter): Picture {
  return resizeWindow(picture, width, height, filter, { x: 0, y: 0, width, height });
}

export interface ResizeOptions {
  /** How the sums are made; `none` is in JavaScript. By default the fastest that this machine has. */
  readonly passes?: Passes | 'none' | undefined;
  /** Called every few milliseconds; what it throws ends the work. */
  readonly check?: Check | undefined;
}

/**
 * The same as resizing to `width` x `height` and cropping to `window`, without computing what is cropped away.
 *
 * @throws RangeError as `resize` does, and for a window that reaches outside.
 */
export function resizeWindow(
  picture: Picture,
  width: number,
  height: number,
  filter: Filter,
  window: Window,
  { passes = quick() ?? 'none', check = unchecked }: ResizeOptions = {},
): Picture {
  checkPicture(picture);
  const { channels } = picture;
  if (channels === 4) throw new RangeError('resize: received a picture with alpha, expected it flattened');
  checkWindow(width, height, window);

  const plan = planResize(picture, { width, height }, window, filter);
  const simd = passes === 'none' ? undefined : passes;
  const { data } = picture;
  const whole = { bytes: new Uint8Array(data.buffer, data.byteOffset, data.length), width: picture.width };

  const across = ({ bytes, width: sourceWidth }: Rows): Rows => {
    if (!plan.across) return { bytes, width: sourceWidth };
    const made = isLong(plan.columns)
      ? acrossLong(bytes, sourceWidth, channels, plan.columns, check)
      : acrossShort(bytes, sourceWidth, channels, taps(plan.columns), simd, check);
    return { bytes: made, width: window.width };
  };
  const down = ({ bytes, width: sourceWidth }: Rows, top: number): Rows => {
    if (!plan.down) return { bytes, width: sourceWidth };
    const stride = sourceWidth * channels;
    const made = isLong(plan.rows)
      ? downwardsLong(bytes, stride, top, plan.rows, check)
      : downwardsShort(bytes, stride, top, taps(plan.rows), simd, check);
    return { bytes: made, width: sourceWidth };
  };

  let result: Rows;
  if (plan.downFirst) result = across(down(whole, 0));
  else {
    // Only the rows that the vertical pass reads go through the horizontal one.
    const { start, end } = plan.down ? spanOf(plan.rows) : { start: 0, end: picture.height };
    const stride = picture.width * channels;
    result = down(across({ ...whole, bytes: whole.bytes.subarray(start * stride, end * stride) }), start);
  }
  return {
    // Stryker disable next-line LogicalOperator: a copy of what is a copy has the same bytes
    data: plan.across || plan.down ? result.bytes : result.bytes.slice(),
    width: window.width,
    height: window.height,
    channels,
  };
}

/** Rows of pixels on their way from pass to pass. */
interface Rows {
  readonly bytes: Uint8Array<ArrayBufferLike>;
  readonly width: number;
}

/** Weights of an axis above which they are made piece by piece: 4 MB. */
const MOST_WEIGHTS = 1024 * 1024;

function isLong(axis: Axis): boolean {
  // Stryker disable next-line EqualityOperator,ArithmeticOperator: both ways give the same bytes, in pieces with less memory
  return axis.n * tapsEach(axis) > MOST_WEIGHTS;
}

function acrossShort(
  source: Uint8Array,
  width: number,
  channels: 1 | 3,
  columns: Taps,
  simd: Passes | undefined,
  check: Check,
): Uint8Array<ArrayBuffer> {
  if (simd !== undefined) return simd.across(source, width, channels, columns, check);
  return channels === 1
    ? acrossGray(source, width, columns, check)
    : acrossColor(source, width, columns, check);
}

function downwardsShort(
  source: Uint8Array,
  stride: number,
  top: number,
  rows: Taps,
  simd: Passes | undefined,
  check: Check,
): Uint8Array<ArrayBuffer> {
  return simd?.downwards(source, stride, top, rows, check) ?? downwards(source, stride, top, rows, check);
}

/** Compiled when it is first needed, once in a thread: it holds nothing but room to work in. */
let compiled: { readonly passes: Passes | undefined } | undefined;

// Stryker disable next-line BlockStatement: without it the bytes are the same, only slower
function quick(): Passes | undefined {
  // Stryker disable next-line ObjectLiteral: without it the bytes are the same, only slower
  compiled ??= { passes: openPasses() };
  return compiled.passes;
}

/** Rows between two calls of `check`. */
const CHECKED_ROWS = 64;

/** Horizontal pass over rows of one byte per pixel. */
function acrossGray(source: Uint8Array, width: number, columns: Taps, check: Check): Uint8Array<ArrayBuffer> {
  const { size, first, count, weights } = columns;
  const outWidth = first.length;
  const height = source.length / width;
  const out = new Uint8ClampedArray(outWidth * height);
  for (let x = 0; x < outWidth; x++) {
    const start = first[x] ?? 0;
    const n = count[x] ?? 0;
    check();
    // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
    for (let y = 0; y < height; y++) {
      let sum = HALF;
      const from = y * width + start;
      for (let k = 0; k < n; k++) sum += Math.imul(source[from + k] ?? 0, weights[x * size + k] ?? 0);
      out[y * outWidth + x] = sum >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

/** Horizontal pass over rows of three bytes per pixel. */
function acrossColor(
  source: Uint8Array,
  width: number,
  columns: Taps,
  check: Check,
): Uint8Array<ArrayBuffer> {
  const { size, first, count, weights } = columns;
  const outWidth = first.length;
  const height = source.length / (width * 3);
  const out = new Uint8ClampedArray(outWidth * height * 3);
  let to = 0;
  // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
  for (let y = 0; y < height; y++) {
    if (y % CHECKED_ROWS === 0) check();
    for (let x = 0; x < outWidth; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let from = (y * width + (first[x] ?? 0)) * 3;
      const end = x * size + (count[x] ?? 0);
      for (let k = x * size; k < end; k++) {
        const weight = weights[k] ?? 0;
        red += Math.imul(source[from] ?? 0, weight);
        green += Math.imul(source[from + 1] ?? 0, weight);
        blue += Math.imul(source[from + 2] ?? 0, weight);
        from += 3;
      }
      out[to] = red >> PRECISION_BITS;
      out[to + 1] = green >> PRECISION_BITS;
      out[to + 2] = blue >> PRECISION_BITS;
      to += 3;
    }
  }
  return new Uint8Array(out.buffer);
}

/**
 * Vertical pass: whole rows at a time, since neighbors in memory are faster to read than columns.
 *
 * @param stride - bytes in a row, the same in source and result.
 * @param top - number of the source row with which `source` begins.
 */
function downwards(
  source: Uint8Array,
  stride: number,
  top: number,
  rows: Taps,
  check: Check,
): Uint8Array<ArrayBuffer> {
  const { size, first, count, weights } = rows;
  const out = new Uint8ClampedArray(first.length * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < first.length; y++) {
    check();
    sums.fill(HALF);
    const start = (first[y] ?? 0) - top;
    for (let k = 0; k < (count[y] ?? 0); k++) {
      const weight = weights[y * size + k] ?? 0;
      const from = (start + k) * stride;
      // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] ?? 0) + Math.imul(source[from + x] ?? 0, weight);
    }
    // Stryker disable next-line EqualityOperator: behind a row is the first of the next one, which is written next
    for (let x = 0; x < stride; x++) out[y * stride + x] = (sums[x] ?? 0) >> PRECISION_BITS;
  }
  return new Uint8Array(out.buffer);
}

function checkWindow(width: number, height: number, window: Window): void {
  const sides = [width, height, window.width, window.height];
  const inside =
    window.x >= 0 && window.y >= 0 && window.x + window.width <= width && window.y + window.height <= height;
  if (!sides.every((side) => Number.isInteger(side) && side > 0) || !inside) {
    throw new RangeError(
      `resize: received ${width}x${height} with a window of ${window.width}x${window.height} at ${window.x},${window.y}, expected whole positive sides and a window within`,
    );
  }
}
