// The two passes of a resize in WebAssembly SIMD, four times as fast as in JavaScript. Same integers, same bytes.
import type { Check } from './check.ts';
import { kernel } from './kernel.ts';
import type { Taps } from './taps.ts';

/** Horizontal and vertical pass, as acrossGray, acrossColor and downwards of resize.ts. */
export interface Passes {
  across(
    source: Uint8Array,
    width: number,
    channels: 1 | 3,
    columns: Taps,
    check: Check,
  ): Uint8Array<ArrayBuffer>;
  /** @returns undefined when one row of the result would take too much memory. */
  downwards(
    source: Uint8Array,
    stride: number,
    top: number,
    rows: Taps,
    check: Check,
  ): Uint8Array<ArrayBuffer> | undefined;
}

/** Bytes of source rows that are worked on at a time: they stay in the processor's cache, and memory stays small. */
const BAND = 256 * 1024;

/** Bytes of WebAssembly memory at most: it never shrinks. */
const MOST = 16 * 1024 * 1024;

/** The kernel reads and writes whole vectors. */
const BEHIND = 16;

const PAGE = 65_536;

/** What kernel.wat exports. Addresses and sizes are in bytes. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly acrossColor: Across;
  readonly acrossGray: Across;
  readonly downwards: (
    ...sizes: [
      source: number,
      stride: number,
      first: number,
      count: number,
      weights: number,
      size: number,
      outHeight: number,
      out: number,
    ]
  ) => void;
}

type Across = (
  ...sizes: [
    source: number,
    width: number,
    rows: number,
    first: number,
    count: number,
    weights: number,
    size: number,
    outWidth: number,
    out: number,
  ]
) => void;

/** @returns undefined where WebAssembly SIMD is missing or forbidden: JavaScript does it there. */
export function openPasses(): Passes | undefined {
  let exports: Kernel;
  try {
    const bytes = Uint8Array.from(atob(kernel), (letter) => letter.charCodeAt(0));
    // The border with WebAssembly's untyped exports.
    exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Kernel;
  } catch {
    return undefined;
  }
  const { memory } = exports;

  /** Makes sure of so many bytes of memory, and of a vector behind them. */
  function reserve(bytes: number): void {
    const missing = bytes + BEHIND - memory.buffer.byteLength;
    // Stryker disable next-line EqualityOperator: to grow by nothing is to stay as it is
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  }

  /** Puts weights at the beginning of memory; each output has a multiple of four of them. */
  function put({ first, count, weights, size }: Taps) {
    const n = first.length;
    const padded = Math.ceil(size / 4) * 4;
    const at = { first: 0, count: n * 4, weights: align(n * 8), size: padded };
    const end = at.weights + n * padded * 4 + BEHIND;
    reserve(end);
    const ints = new Int32Array(memory.buffer, 0, end / 4);
    ints.set(first, 0);
    ints.set(count, n);
    ints.fill(0, at.weights / 4);
    for (const [i, own] of count.entries())
      ints.set(weights.subarray(i * size, i * size + own), at.weights / 4 + i * padded);
    return { ...at, end: align(end) };
  }

  return {
    across(source, width, channels, columns, check) {
      const run = channels === 3 ? exports.acrossColor : exports.acrossGray;
      const taps = put(columns);
      const outWidth = columns.first.length;
      const [stride, outStride] = [width * channels, outWidth * channels];
      const height = source.length / stride;
      const band = Math.min(height, Math.max(1, Math.floor(BAND / stride)));
      const to = align(taps.end + band * stride + BEHIND);
      reserve(to + band * outStride);
      const bytes = new Uint8Array(memory.buffer);
      const out = new Uint8Array(height * outStride);
      for (let y = 0; y < height; y += band) {
        const rows = Math.min(band, height - y);
        check();
        bytes.set(source.subarray(y * stride, (y + rows) * stride), taps.end);
        run(taps.end, width, rows, taps.first, taps.count, taps.weights, taps.size, outWidth, to);
        out.set(bytes.subarray(to, to + rows * outStride), y * outStride);
      }
      return out;
    },
    downwards(source, stride, top, rows, check) {
      const outHeight = rows.first.length;
      const out = new Uint8Array(outHeight * stride);
      for (let y = 0; y < outHeight; ) {
        check();
        const n = fittingRows(rows, y, stride);
        if (n === 0) return undefined;
        const part = sliceOf(rows, y, n);
        const start = part.first[0] ?? 0;
        const end = (part.first[n - 1] ?? 0) + (part.count[n - 1] ?? 0);
        const taps = put({ ...part, first: part.first.map((first) => first - start) });
        const length = (end - start) * stride;
        const to = align(taps.end + length + BEHIND);
        reserve(to + n * stride);
        const bytes = new Uint8Array(memory.buffer);
        bytes.set(source.subarray((start - top) * stride, (end - top) * stride), taps.end);
        exports.downwards(taps.end, stride, taps.first, taps.count, taps.weights, taps.size, n, to);
        out.set(bytes.subarray(to, to + n * stride), y * stride);
        y += n;
      }
      return out;
    },
  };
}

/** How many rows of the result, from `y` on, can be made at once within the memory: at least half of what would fit. */
function fittingRows({ first, count, size }: Taps, y: number, stride: number): number {
  const room = (n: number) => {
    const last = y + n - 1;
    const length = (first[last] ?? 0) + (count[last] ?? 0) - (first[y] ?? 0);
    return length * stride + n * (stride + size * 4 + 24);
  };
  let n = first.length - y;
  while (n > 0 && room(n) > MOST) n = Math.floor(n / 2);
  return n;
}

/** The weights of some of the outputs. */
function sliceOf({ first, count, weights, size }: Taps, from: number, n: number): Taps {
  return {
    size,
    first: first.subarray(from, from + n),
    count: count.subarray(from, from + n),
    weights: weights.subarray(from * size, (from + n) * size),
  };
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
