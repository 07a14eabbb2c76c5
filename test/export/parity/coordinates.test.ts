// Moved coordinates of a bilinear resize: every row and column is taken from where TensorFlow looks, give or take a share.
import { describe, expect, it } from 'vitest';
import { type Moved, moveCoordinates } from '../../../export/parity/coordinates.ts';
import type { Node } from '../../../train/graph/graph.ts';
import { backend, DataType, eagerAttribute } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';
import { tensorsLeft } from './tensors-left.ts';

type Size = readonly [height: number, width: number];
interface Rule {
  readonly corners: boolean;
  readonly half: boolean;
}
interface Resized {
  /** What TensorFlow gives, and the same with its coordinates moved. */
  readonly plain: number[];
  readonly moved: number[];
  readonly isSame: boolean;
}

const CHANNELS = 2;
const how: Moved = { share: 2 ** -10, exact: 256, seed: 1 };

/** Resizes one picture `[height,width,2]`. */
function resize(values: Float32Array | Uint8Array, from: Size, to: Size, rule: Rule, options = how): Resized {
  const { binding } = backend;
  const dtype = values instanceof Uint8Array ? DataType.uint8 : DataType.float32;
  const shape = [1, ...from, CHANNELS];
  const x = binding.createTensor(shape, dtype, values);
  const size = binding.createTensor([2], DataType.int32, Int32Array.from(to));
  const flags = { align_corners: rule.corners, half_pixel_centers: rule.half };
  const attributes = [
    eagerAttribute.type('T', dtype),
    ...Object.entries(flags).map(([name, value]) => eagerAttribute.bool(name, value)),
  ];
  const [made] = binding.executeOp('ResizeBilinear', attributes, [x, size], 1);
  if (made === undefined) throw new Error('no result');
  const plain = Array.from(binding.tensorDataSync(made.id));
  const node: Node = {
    name: 'resize',
    op: 'ResizeBilinear',
    inputs: ['x:0', 'size:0'],
    // What is not set may not be there.
    attributes: {
      T: { type: dtype },
      ...(rule.corners && { align_corners: { b: true } }),
      ...(rule.half && { half_pixel_centers: { b: true } }),
    },
    outputs: [{ dtype: DataType.float32, shape: made.shape }],
  };
  let id = made.id;
  const left = tensorsLeft(() => {
    id = moveCoordinates(node, made, { shape }, [x, size], options);
  });
  const isSame = id === made.id;
  // Of all that it makes, its result alone is left; the given result is gone unless it is the answer.
  expect(left).toEqual(isSame ? [] : [id]);
  const moved = Array.from(binding.tensorDataSync(id));
  if (!isSame) expect(() => binding.tensorDataSync(made.id)).toThrow();
  for (const each of [x, size, id]) binding.deleteTensor(each);
  return { plain, moved, isSame };
}

/** A picture of which every number is the place of its row, or of its column. */
const ramp = ([height, width]: Size, axis: 0 | 1) =>
  Float32Array.from({ length: height * width * CHANNELS }, (_, i) =>
    axis === 0 ? Math.floor(i / CHANNELS / width) : Math.floor(i / CHANNELS) % width,
  );

/** The numbers of the first column, or of the first row; the others have to be the same. */
function places(values: readonly number[], [height, width]: Size, axis: 0 | 1): number[] {
  const at = (row: number, column: number) => values[(row * width + column) * CHANNELS] ?? Number.NaN;
  const line = Array.from({ length: axis === 0 ? height : width }, (_, i) =>
    axis === 0 ? at(i, 0) : at(0, i),
  );
  const others = values.map((value, i) => {
    const place = Math.floor(i / CHANNELS);
    return Math.abs(value - (line[axis === 0 ? Math.floor(place / width) : place % width] ?? 0));
  });
  expect(Math.max(...others)).toBeLessThan(1e-5);
  return line;
}

/** Between the four numbers around a place, in double precision. */
function sample(
  values: ArrayLike<number>,
  [height, width]: Size,
  y: number,
  x: number,
  channel: number,
): number {
  const at = (row: number, column: number) =>
    values[(Math.min(row, height - 1) * width + Math.min(column, width - 1)) * CHANNELS + channel] ?? 0;
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const along = (row: number) => at(row, left) + (x - left) * (at(row, left + 1) - at(row, left));
  return along(top) + (y - top) * (along(top + 1) - along(top));
}

const rules: readonly Rule[] = [
  { corners: false, half: false },
  { corners: false, half: true },
  { corners: true, half: false },
];
const sizes: readonly (readonly [Size, Size])[] = [
  [
    [16, 14],
    [48, 42],
  ],
  [
    [16, 14],
    [17, 23],
  ],
  [
    [16, 14],
    [15, 11],
  ],
  [
    [5, 9],
    [3, 31],
  ],
];

describe.each(rules)('corners $corners, half pixels $half', (rule) => {
  it.each(sizes)('%j to %j is the picture between its pixels at the moved places', (from, to) => {
    const lines = ([0, 1] as const).map((axis): { place: number; isAcross: boolean }[] => {
      const { plain, moved } = resize(ramp(from, axis), from, to, rule);
      const [before, after] = [places(plain, to, axis), places(moved, to, axis)];
      const shares = after.map(
        (place, i) => (place - (before[i] ?? 0)) / Math.max(1, (before[i] ?? 0) + 0.5),
      );
      // No further than the share, and on both sides, by more than half of it.
      for (const share of shares) expect(Math.abs(share)).toBeLessThanOrEqual(how.share * 1.001);
      if (after.length > 10) {
        expect(Math.max(...shares)).toBeGreaterThan(how.share / 2);
        expect(Math.min(...shares)).toBeLessThan(-how.share / 2);
      }
      for (const place of after) expect(place).toBeLessThanOrEqual((from[axis] ?? 0) - 1);
      return after.map((place, i) => {
        const was = before[i] ?? 0;
        const isPixel = Math.abs(was - Math.round(was)) < 1e-4;
        return { place, isAcross: !isPixel && Math.floor(was) !== Math.floor(place) };
      });
    });
    const next = random(2, 'picture');
    const picture = Float32Array.from({ length: from[0] * from[1] * CHANNELS }, () => normal(next));
    const { moved } = resize(picture, from, to, rule);
    const differences: number[] = [];
    moved.forEach((value, i) => {
      const [row, column] = [Math.floor(i / CHANNELS / to[1]), Math.floor(i / CHANNELS) % to[1]];
      const [y, x] = [lines[0]?.[row], lines[1]?.[column]];
      // Moved over a pixel, a place is taken by the slope behind it.
      if (y === undefined || x === undefined || y.isAcross || x.isAcross) return;
      differences.push(Math.abs(value - sample(picture, from, y.place, x.place, i % CHANNELS)));
    });
    expect(differences.length).toBeGreaterThan(moved.length * 0.8);
    // Both moves at once: the slope of one at the other's place is left out, a share of a share; measured: 5.3e-4.
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });
});

/** Numbers that are another at every place. */
const noise = ([height, width]: Size) => {
  const next = random(3, 'noise');
  return Uint8Array.from({ length: height * width * CHANNELS }, () => 256 * next());
};

describe('what is moved', () => {
  const plain: Rule = { corners: false, half: false };

  it.each<[Size, Size, Rule]>([
    [[8, 8], [16, 32], plain],
    [[8, 8], [4, 2], { corners: false, half: true }],
    [[8, 8], [8, 8], plain],
    [[9, 5], [17, 9], { corners: true, half: false }],
    // One row is the same wherever it is looked for.
    [[1, 1], [3, 7], plain],
  ])('nothing where a whole number of pixels becomes one, or one that many: %j to %j', (from, to, rule) => {
    expect(resize(noise(from), from, to, rule).isSame).toBe(true);
  });

  it.each<[string, Size, Size, Rule, Moved]>([
    ['scales of which no program has all digits', [8, 8], [12, 12], plain, how],
    ['those alone whose inverse has none', [12, 12], [4, 4], plain, how],
    ['less where fewer parts are exact', [8, 8], [16, 16], plain, { ...how, exact: 1 }],
    ['one place, that of the corner, between rows', [7, 7], [1, 1], { corners: true, half: false }, how],
  ])('%s', (_, from, to, rule, options) => {
    const { isSame, plain, moved } = resize(noise(from), from, to, rule, options);
    expect(isSame).toBe(false);
    if (to[0] > 1) expect(moved).not.toEqual(plain);
    expect(moved.every(Number.isFinite)).toBe(true);
  });

  it('the rows alone, or the columns, where the others are exact', () => {
    const at = (axis: 0 | 1, to: Size) => resize(ramp([8, 8], axis), [8, 8], to, plain);
    for (const [axis, to] of [
      [0, [12, 16]],
      [1, [16, 12]],
    ] as const) {
      const [along, across] = [at(axis, to), at(axis === 0 ? 1 : 0, to)];
      expect(along.moved).not.toEqual(along.plain);
      expect(across.moved).toEqual(across.plain);
    }
  });

  it('rows and columns by draws of their own, the same ones for a seed, others for another', () => {
    const by = (axis: 0 | 1, seed: number) => {
      const { plain: before, moved } = resize(ramp([8, 8], axis), [8, 8], [12, 12], plain, { ...how, seed });
      const [was, is] = [places(before, [12, 12], axis), places(moved, [12, 12], axis)];
      return is.slice(2, -2).map((place, i) => place - (was[i + 2] ?? 0));
    };
    expect(by(0, 1)).toEqual(by(0, 1));
    expect(by(0, 1)).not.toEqual(by(0, 2));
    expect(by(0, 1)).not.toEqual(by(1, 1));
  });

  it('no place out of the picture', () => {
    for (const rule of rules) {
      const { moved } = resize(ramp([8, 8], 0), [8, 8], [48, 48], rule, { ...how, share: 0.5 });
      expect(Math.min(...moved)).toBeGreaterThanOrEqual(-4);
      expect(Math.max(...moved)).toBeLessThanOrEqual(7 + 4);
    }
  });

  it('bytes as the same numbers in floats', () => {
    const bytes = noise([8, 8]);
    const [asBytes, asFloats] = [bytes, Float32Array.from(bytes)].map((values) =>
      resize(values, [8, 8], [12, 13], plain),
    );
    expect(asBytes?.moved).toEqual(asFloats?.moved);
  });
});
