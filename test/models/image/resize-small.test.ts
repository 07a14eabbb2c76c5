// The resize against Pillow's on small pictures, each way of making the sums: quick, where resize.test.ts is thorough.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { acrossLong, downwardsLong } from '../../../models/image/long-passes.ts';
import { openPasses, type Passes } from '../../../models/image/passes.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { type ResizeOptions, resize, resizeWindow } from '../../../models/image/resize.ts';
import { planResize, type Window } from '../../../models/image/resize-plan.ts';
import { type Filter, type Taps, taps, tapsInPieces } from '../../../models/image/taps.ts';
import { python } from '../../python.ts';
import { digest, joined, noisePicture, openPictures, sizes } from './pictures.ts';

const filters = ['bilinear', 'bicubic'] as const;

interface Case {
  readonly picture: Picture;
  readonly to: readonly [width: number, height: number];
  readonly filter: Filter;
  readonly window: Window;
}

/** Digests of what Pillow makes of pictures. */
function pillow(cases: readonly Case[]): string[] {
  const script = `${openPictures}
filters = {'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}
print(json.dumps([
    digest(p.resize((w, h), filters[f]).crop((x, y, x + cw, y + ch)))
    for p, (w, h, f, x, y, cw, ch) in zip(pictures, json.loads(sys.argv[2]))
]))`;
  const pictures = cases.map(({ picture }) => picture);
  const targets = cases.map(({ to, filter, window: { x, y, width, height } }) => [
    ...to,
    filter,
    x,
    y,
    width,
    height,
  ]);
  return JSON.parse(python(script, [sizes(pictures), JSON.stringify(targets)], joined(pictures)));
}

const side = fc.integer({ min: 1, max: 24 });
/** A side now and then the same, and all of it or a part in the window. */
const axis = fc
  .record({
    from: side,
    to: fc.option(side),
    at: fc.nat(8),
    n: fc.integer({ min: 1, max: 24 }),
    whole: fc.boolean(),
  })
  .map(({ from, to, at, n, whole }) => {
    const size = to ?? from;
    const start = whole ? 0 : Math.min(at, size - 1);
    return { from, size, start, n: whole ? size : Math.min(n, size - start) };
  });
const small: Case[] = fc
  .sample(
    fc.record({
      seed: fc.integer(),
      x: axis,
      y: axis,
      channels: fc.constantFrom(1, 3),
      texture: fc.constantFrom('noise', 'extremes'),
      filter: fc.constantFrom(...filters),
    }),
    { numRuns: 200, seed: 1 },
  )
  .map(({ seed, x, y, channels, texture, filter }) => ({
    picture: noisePicture(seed, x.from, y.from, channels, texture),
    to: [x.size, y.size],
    filter,
    window: { x: x.start, y: y.start, width: x.n, height: y.n },
  }));

function whole(size: [number, number], to: [number, number], channels: 1 | 3, filter: Filter): Case {
  const window = { x: 0, y: 0, width: to[0], height: to[1] };
  return { picture: noisePicture(size[0] * 7 + size[1], ...size, channels), to, filter, window };
}

const resized = ({ picture, to, filter, window }: Case, options: ResizeOptions = {}) =>
  digest(resizeWindow(picture, ...to, filter, window, options));

/** The passes along sides of very many pixels, for any. */
function byLongPasses({ picture, to, filter, window }: Case): string {
  const target = { width: to[0], height: to[1] };
  const { columns, rows } = planResize(picture, target, window, filter);
  const { channels } = picture;
  if (channels === 4) throw new Error('the test has no alpha');
  const bytes = Uint8Array.from(picture.data);
  const wide = acrossLong(bytes, picture.width, channels, columns, () => {});
  const data = downwardsLong(wide, window.width * channels, 0, rows, () => {});
  return digest({ ...window, channels, data });
}

function simd(): Passes {
  const passes = openPasses();
  if (passes === undefined) throw new Error('there is no WebAssembly SIMD here');
  return passes;
}

describe('equals Pillow to the byte', () => {
  const theirs = pillow(small);
  it.each<[string, (one: Case) => string]>([
    ['in JavaScript', (one) => resized(one, { passes: 'none' })],
    ['in WebAssembly', (one) => resized(one, { passes: simd() })],
    ['as this machine does it', (one) => resized(one)],
    ['with weights that are made in pieces', byLongPasses],
  ])('%s', (_, ours) => {
    expect(small.filter((one, i) => ours(one) !== theirs[i])).toEqual([]);
  });

  it('where a side is long, of weights or of rows, or goes first', () => {
    const long = filters.flatMap((filter) => [
      whole([9000, 2], [2, 3], 3, filter), // several pieces of weights
      whole([3000, 60], [300, 20], 3, filter), // several bands of rows
      whole([1, 18_000], [224, 2], 1, filter), // down first, since there would be 4,032,000 pixels between
      whole([3, 200], [5, 90], 3, filter),
    ]);
    const theirs = pillow(long);
    for (const options of [{}, { passes: 'none' } as const])
      expect(long.map((one) => resized(one, options))).toEqual(theirs);
    expect(long.map((one, i) => (i % 4 === 2 ? theirs[i] : byLongPasses(one)))).toEqual(theirs);
  });
});

it('makes a pass in JavaScript where WebAssembly has no room for a row', () => {
  const one = whole([5, 9], [5, 4], 3, 'bilinear');
  const passes: Passes = { across: simd().across, downwards: () => undefined };
  expect([resized(one, { passes })]).toEqual(pillow([one]));
});

describe('the memory of WebAssembly', () => {
  /** Passes of their own, and the memory that they have. */
  function watched(): { passes: Passes; memory: () => number } {
    let exports: WebAssembly.Exports = {};
    const { Module, Instance } = WebAssembly;
    class Watched extends Instance {
      constructor(module: WebAssembly.Module) {
        super(module);
        exports = this.exports;
      }
    }
    vi.stubGlobal('WebAssembly', { Module, Instance: Watched });
    const passes = simd();
    vi.unstubAllGlobals();
    const { memory } = exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Error('the kernel exports no memory');
    return { passes, memory: () => memory.buffer.byteLength };
  }

  const PAGE = 65_536;
  /** Bytes of weights, each output with its first pixel and their number. */
  const bytesOf = ({ size, first }: Taps) => first.length * (8 + 4 * (size + 3));

  it('is as large as a band of rows needs, its weights and its result', () => {
    for (const [from, to, height] of [
      [3000, 300, 60],
      [100, 4000, 3000],
      [7, 9, 3],
    ] as const) {
      const { passes, memory } = watched();
      const columns = taps({ inSize: from, outSize: to, from: 0, n: to, filter: 'bicubic' });
      const source = noisePicture(from, from, height, 1).data;
      const made = passes.across(Uint8Array.from(source), from, 1, columns, () => {});
      expect(made).toHaveLength(to * height);
      const band = Math.min(height, 2 ** 18 / from);
      expect(memory()).toBeLessThan(bytesOf(columns) + band * (from + to) + 2 * PAGE);
    }
  });

  it('holds a row of the result that just fits, and none that does not', () => {
    const rows = taps({ inSize: 2370, outSize: 1, from: 0, n: 1, filter: 'bilinear' });
    // 2,370 rows of 7,068 bytes, one of the result, 4,741 weights and 24 bytes are 16 MiB.
    const source = new Uint8Array(2370 * 7069);
    expect(simd().downwards(source.subarray(0, 2370 * 7068), 7068, 0, rows, () => {})).toHaveLength(7068);
    expect(simd().downwards(source, 7069, 0, rows, () => {})).toBeUndefined();
  });

  it('is never more than 16 MiB: a pass goes over as many rows at once as there is room for', () => {
    const [stride, top] = [4096, 7680];
    const axis = { inSize: 16_384, outSize: 16, from: 8, n: 8, filter: 'bilinear' } as const;
    const source = new Uint8Array((axis.inSize - top) * stride);
    for (const [i, byte] of noisePicture(1, 1, 9973, 1).data.entries()) source[i] = byte;
    for (let at = 9973; at < source.length; at *= 2) source.copyWithin(at, 0, at);
    const { passes, memory } = watched();
    let rounds = 0;
    const made = passes.downwards(source, stride, top, taps(axis), () => void rounds++);
    // Of 1,024 rows a step, there is room for the first two, one, two, and, at the edge, three.
    expect(rounds).toBe(4);
    expect(memory()).toBeLessThanOrEqual(16 * 2 ** 20 + PAGE);
    // The first and the last columns alone: of all of them, the sums in JavaScript take a minute where each is counted.
    const edges = (rows: Uint8Array) => rows.filter((_, i) => (i + 16) % stride < 32);
    expect(edges(made ?? new Uint8Array())).toEqual(downwardsLong(edges(source), 32, top, axis, () => {}));
  });
});

it('has no WebAssembly where there is none', () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect(openPasses()).toBeUndefined();
  vi.unstubAllGlobals();
});

it('makes weights in pieces that are those of the whole', () => {
  for (const filter of filters) {
    const axis = { inSize: 9000, outSize: 3, from: 1, n: 2, filter };
    const { size, first, count, weights } = taps(axis);
    for (const i of [0, 1]) {
      const pieces: Int32Array[] = [];
      let next = first[i] ?? Number.NaN;
      tapsInPieces(axis, i, (start, piece) => {
        expect(start).toBe(next);
        next += piece.length;
        pieces.push(piece.slice());
      });
      const n = count[i] ?? 0;
      expect(pieces.map(({ length }) => length)).toEqual([
        ...Array.from({ length: Math.floor(n / 4096) }, () => 4096),
        n % 4096,
      ]);
      expect(pieces.flatMap((piece) => [...piece])).toEqual([
        ...weights.subarray(i * size, i * size + (count[i] ?? 0)),
      ]);
    }
  }
});

it('keeps an even picture even, to its edges', () => {
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.constantFrom(...filters),
      fc.constantFrom(1, 254, 255),
      (w, h, toW, toH, filter, value) => {
        const picture: Picture = {
          data: new Uint8Array(w * h).fill(value),
          width: w,
          height: h,
          channels: 1,
        };
        expect(resize(picture, toW, toH, filter).data.every((byte) => byte === value)).toBe(true);
      },
    ),
  );
});

describe('asks whether to go on', () => {
  const asked = (one: Case, passes: Passes | 'none') => {
    let n = 0;
    resized(one, { passes, check: () => void n++ });
    return n;
  };
  it.each<[string, Case, number]>([
    ['for each column of a gray picture', whole([9, 5], [4, 5], 1, 'bilinear'), 4],
    ['for 64 rows of a picture in color', whole([9, 130], [4, 130], 3, 'bilinear'), 3],
    ['for each row of the result', whole([9, 130], [9, 7], 3, 'bilinear'), 7],
  ])('%s', (_, one, times) => {
    expect(asked(one, 'none')).toBe(times);
  });

  it('for each band of rows in WebAssembly, and each of its rounds downwards', () => {
    // 262,144 bytes of rows of 9,000: 29 rows.
    expect(asked(whole([3000, 58], [300, 58], 3, 'bilinear'), simd())).toBe(2);
    expect(asked(whole([3000, 59], [300, 59], 3, 'bilinear'), simd())).toBe(3);
    expect(asked(whole([3000, 60], [3000, 20], 3, 'bilinear'), simd())).toBe(1);
  });

  it('for each piece of weights', () => {
    let n = 0;
    const axis = { inSize: 9000, outSize: 1, from: 0, n: 1, filter: 'bilinear' } as const;
    acrossLong(new Uint8Array(9000), 9000, 1, axis, () => void n++);
    downwardsLong(new Uint8Array(9000), 1, 0, axis, () => void n++);
    expect(n).toBe(6);
  });
});

describe('refuses', () => {
  const picture = noisePicture(1, 4, 4, 1);
  const within = { x: 0, y: 0, width: 4, height: 4 };
  it.each<[string, [width: number, height: number], Window]>([
    ['no width', [0, 4], { ...within, width: 0 }],
    ['half a pixel', [4.5, 4], within],
    ['half a pixel of height', [4, 4.5], within],
    ['a window of no height', [4, 4], { ...within, height: 0 }],
    ['a window of half a pixel', [4, 4], { ...within, width: 2.5 }],
    ['a window to the left', [4, 4], { ...within, x: -1, width: 2 }],
    ['a window above', [4, 4], { ...within, y: -1, height: 2 }],
    ['a window to the right', [4, 4], { ...within, x: 1 }],
    ['a window below', [4, 4], { ...within, y: 1 }],
  ])('%s', (_, to, window) => {
    expect(() => resizeWindow(picture, ...to, 'bilinear', window)).toThrow(
      `resize: received ${to.join('x')} with a window of ${window.width}x${window.height} at ${window.x},${window.y}`,
    );
  });

  it('alpha, and pixels that are not as many as the sides say', () => {
    expect(() => resize(noisePicture(1, 4, 4, 4), 2, 2, 'bilinear')).toThrow(/alpha/);
    expect(() => resize({ ...picture, width: 5 }, 2, 2, 'bilinear')).toThrow(/16 bytes for 5x4x1/);
  });

  it('to hand out the memory of its source', () => {
    const same = resize(picture, 4, 4, 'bilinear');
    expect(same.data).toEqual(picture.data);
    expect(same.data.buffer).not.toBe(picture.data.buffer);
  });
});
