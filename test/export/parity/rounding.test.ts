// How far rounding moves answers: by a share at every op that rounds, and not at all where numbers are exact or only moved.
import type { Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { roundingOf } from '../../../export/parity/rounding.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import { tensorId, tf, uint8Tensor, valuesOf } from '../../../train/graph/tensorflow.ts';
import { random } from '../../../train/random.ts';
import { tensorsHeld } from './tensors-left.ts';

/** A number is moved by this share of it at each op, at most. */
const SHARE = 2 ** -21;

interface Found {
  readonly spread: Float64Array[];
  /** Tensors at once. */
  readonly most: number;
  readonly expected: ArrayLike<number>[];
}

function roundingIn(
  fn: (x: Tensor4D) => Tensor | Tensor[],
  tensor: Tensor,
  variables: ReadonlyMap<string, Variable> = new Map(),
): Found {
  const run = ([x]: readonly Tensor[]) => [fn(x as Tensor4D)].flat();
  const shape = [ANY_NUMBER, ...tensor.shape.slice(1)];
  const inputs = [{ name: 'x', type: 'float32' as const, shape }];
  const expected = tf.tidy(() => run([tensor]).map((each) => valuesOf(each).slice()));
  const network = { name: 'test', inputs, outputs: expected.map((_, i) => `y${i}`), run, variables };
  let spread: Float64Array[] | undefined;
  // What is in JavaScript alone comes to TensorFlow when it is asked for first.
  tensorId(tensor);
  const { left, most } = tensorsHeld(() => {
    spread = roundingOf(network, [{ name: 'x', tensor }], expected);
  });
  expect(left).toEqual([]);
  if (spread === undefined) throw new Error('it cannot be recorded');
  return { spread, expected, most };
}

/** Numbers from 1 to 2 that have all their bits. */
const drawn = (...shape: number[]) => {
  const next = random(1, 'rounding');
  const length = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length }, () => 1 + next()),
    shape,
  );
};
/** The same with eight places after the point. */
const exact = (...shape: number[]) => tf.tidy(() => tf.div(tf.round(tf.mul(drawn(...shape), 256)), 256));

/** The largest move as a share of the number. */
const largestShare = ({ spread, expected }: Pick<Found, 'spread' | 'expected'>) =>
  Math.max(
    ...spread.flatMap((each, k) => Array.from(each, (moved, i) => moved / Math.abs(expected[k]?.[i] ?? 0))),
  );

const picture = drawn(2, 8, 8, 8);
const row = (x: Tensor) => tf.reshape(x, [-1]);

describe('what only moves numbers', () => {
  const moves: [string, (x: Tensor4D) => Tensor | Tensor[]][] = [
    ['reshape', row],
    ['transpose', (x) => tf.transpose(x)],
    ['squeeze', (x) => tf.squeeze(tf.expandDims(x))],
    [
      'pad',
      (x) =>
        tf.pad(
          x,
          [
            [0, 0],
            [1, 1],
            [0, 2],
            [0, 0],
          ],
          1,
        ),
    ],
    [
      'mirror',
      (x) =>
        tf.mirrorPad(
          x,
          [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ],
          'reflect',
        ),
    ],
    ['concat', (x) => tf.concat([x, x], 1)],
    ['stack and unstack', (x) => tf.unstack(tf.stack([x, x], 1), 1)],
    ['split', (x) => tf.split(x, 2, 3)],
    ['split of several sizes', (x) => tf.split(x, [2, 6], 3)],
    ['slice', (x) => tf.slice(x, [0, 1, 0, 0], [2, 4, 8, 8])],
    ['strided slice', (x) => tf.stridedSlice(x, [0, 0, 0, 0], [2, 8, 8, 8], [1, 2, 3, 1])],
    ['gather', (x) => tf.gather(x, tf.tensor1d([3, 1], 'int32'), 1)],
    ['tile', (x) => tf.tile(x, [1, 2, 1, 1])],
    ['broadcast', (x) => tf.broadcastTo(tf.expandDims(x), [2, 2, 8, 8, 8])],
    ['reverse', (x) => tf.reverse(x, [1, 2])],
    ['relu', (x) => tf.relu(x)],
    ['relu6', (x) => tf.relu6(x)],
    ['max pool', (x) => tf.maxPool(x, 2, 2, 'same')],
    ['max', (x) => tf.max(x, 1)],
    ['min', (x) => tf.min(x, 1)],
    ['maximum', (x) => tf.maximum(x, 1.5)],
    ['minimum', (x) => tf.minimum(x, 1.5)],
    ['neg', (x) => tf.neg(x)],
    ['abs', (x) => tf.abs(x)],
    ['where', (x) => tf.where(tf.onesLike(x).cast('bool'), x, tf.neg(x))],
    ['top k', (x) => tf.topk(x, 3).values],
    ['nearest', (x) => tf.image.resizeNearestNeighbor(x, [12, 12])],
    ['depth to space', (x) => tf.depthToSpace(x, 2)],
    [
      'space to batch and back',
      (x) =>
        tf.batchToSpaceND(
          tf.spaceToBatchND(
            x,
            [2, 2],
            [
              [0, 0],
              [0, 0],
            ],
          ),
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
    ],
  ];

  it.each(moves)('%s adds nothing to what rounds the input', (_, fn) => {
    const share = largestShare(roundingIn(fn, picture));
    expect(share).toBeGreaterThan(SHARE * 0.9);
    // What is moved is rounded to float32, and what hardly moved counts as much as others; measured: up to 1.44.
    expect(share).toBeLessThan(SHARE * 1.5);
  });

  it.each<[string, (x: Tensor4D) => Tensor]>([
    ['floor', (x) => tf.floor(tf.add(x, 0.5 / 256))],
    ['ceil', (x) => tf.ceil(tf.sub(x, 0.5 / 256))],
    ['round', (x) => tf.round(tf.div(x, 4))],
    ['sign', (x) => tf.sign(x)],
    ['fill', (x) => tf.add(tf.fill([2, 8, 8, 8], 1 / 3), tf.zerosLike(x))],
    ['zeros', (x) => tf.zerosLike(x)],
    ['ones', (x) => tf.onesLike(x)],
    ['arg max', (x) => tf.argMax(x, 3)],
  ])('%s of numbers that are nowhere near another step is the same', (_, fn) => {
    const { spread } = roundingIn(
      fn,
      tf.tidy(() => tf.add(tf.round(drawn(2, 8, 8, 8)), 1 / 256)),
    );
    expect(Math.max(...(spread[0] ?? []))).toBeLessThan(_ === 'fill' ? SHARE : 1e-300);
  });
});

describe('what rounds', () => {
  it.each<[string, (x: Tensor4D) => Tensor]>([
    ['a sum', (x) => tf.add(x, 1 / 3)],
    ['a product', (x) => tf.mul(x, 1 / 3)],
    ['a quotient', (x) => tf.div(x, 3)],
    ['a square', (x) => tf.square(x)],
    // Their names begin or end like those of ops that only move numbers.
    ['a leaky relu', (x) => tf.leakyRelu(x)],
    ['a remainder', (x) => tf.mod(x, 4)],
  ])('%s moves numbers once more, but none with eight places', (_, fn) => {
    const share = largestShare(roundingIn(fn, picture));
    expect(share).toBeGreaterThan(SHARE * 1.5);
    const whole = roundingIn((x) => tf.sub(tf.add(tf.mul(x, 2), 0.5), x), exact(2, 8, 8, 8));
    expect(Math.max(...(whole.spread[0] ?? []))).toBe(0);
  });

  const kernel = tf.tidy(() => tf.ones([1, 1, 8, 8])) as Tensor4D;
  it.each<[string, (x: Tensor4D) => Tensor]>([
    ['conv', (x) => tf.conv2d(x, kernel, 1, 'same')],
    ['product of matrices', (x) => tf.matMul(tf.reshape(x, [-1, 8]), tf.ones([8, 8]) as Tensor2D)],
    ['batch norm', (x) => tf.batchNorm(x, tf.zeros([8]), tf.ones([8]), tf.zeros([8]), tf.ones([8]), 0)],
    ['sigmoid', (x) => tf.sigmoid(tf.mul(x, 0))],
    ['tanh', (x) => tf.tanh(tf.mul(x, 100))],
    ['exp', (x) => tf.exp(tf.mul(x, 0))],
    ['softmax', (x) => tf.softmax(tf.mul(x, 0))],
    ['softplus', (x) => tf.softplus(tf.mul(x, 1000))],
    ['root', (x) => tf.sqrt(tf.mul(x, x))],
    ['erf', (x) => tf.erf(tf.mul(x, 10))],
    ['power', (x) => tf.pow(x, 2)],
    ['elu', (x) => tf.elu(x)],
  ])('%s moves numbers with eight places as well', (_, fn) => {
    const { spread } = roundingIn(fn, exact(2, 8, 8, 8));
    expect(Math.min(...(spread[0] ?? []))).toBeGreaterThan(0);
  });

  it.each<[string, (x: Tensor4D) => Tensor]>([
    ['exp', (x) => tf.exp(tf.mul(x, -1000))],
    ['sigmoid', (x) => tf.sigmoid(tf.mul(x, -1000))],
    ['softplus', (x) => tf.softplus(tf.mul(x, -1000))],
    ['power', (x) => tf.pow(tf.mul(x, 1 / 4), 256)],
  ])('%s of what goes to 0 may be the smallest number', (_, fn) => {
    const { spread, expected } = roundingIn(fn, exact(1, 4));
    expect(expected[0]).toEqual(new Float32Array(4));
    expect(Array.from(spread[0] ?? [])).toEqual(Array(4).fill(2 ** -126));
  });

  it('exp less 1 of 0 is 0 in every program', () => {
    const { spread } = roundingIn((x) => tf.expm1(tf.mul(x, 0)), exact(1, 4));
    expect(Array.from(spread[0] ?? [])).toEqual(Array(4).fill(0));
  });

  it('a logarithm of 1 may be another number', () => {
    const { spread } = roundingIn((x) => tf.log(tf.sigmoid(tf.mul(x, 100))), exact(1, 64));
    expect(Math.max(...(spread[0] ?? []))).toBeGreaterThan(SHARE / 2);
    expect(Math.max(...(spread[0] ?? []))).toBeLessThan(SHARE * 2);
  });
});

describe('a sum over many numbers', () => {
  it.each<[string, (x: Tensor4D) => Tensor]>([
    ['mean', (x) => tf.mean(x, [1, 2])],
    ['sum', (x) => tf.div(tf.sum(x, [1, 2]), 512 * 512)],
  ])('%s moves as far as TensorFlow itself is off', (_, fn) => {
    const { spread, expected } = roundingIn(fn, tf.fill([1, 512, 512, 1], 0.1));
    const off = Math.abs((expected[0]?.[0] ?? 0) - Math.fround(0.1));
    expect(off).toBeGreaterThan(3e-8);
    expect(spread[0]?.[0]).toBeGreaterThan(off - 0.1 * SHARE);
    expect(spread[0]?.[0]).toBeLessThan(off + 0.1 * SHARE);
  });

  it('of whole numbers is as it is', () => {
    const { spread } = roundingIn((x) => tf.sum(tf.cast(x, 'int32')), tf.fill([1, 8], 3));
    expect(Array.from(spread[0] ?? [])).toEqual([0]);
    // Beyond what a float32 can count.
    const large = roundingIn((x) => tf.sum(tf.cast(x, 'int32')), tf.tensor2d([[2 ** 24, 1, 1, 1]]));
    expect(Array.from(large.expected[0] ?? [])).toEqual([2 ** 24 + 3]);
    expect(Array.from(large.spread[0] ?? [])).toEqual([0]);
  });

  it('keeps the axes that it keeps', () => {
    const fn = (x: Tensor4D) => tf.sub(x, tf.mean(x, [1, 2], true));
    expect(Math.min(...(roundingIn(fn, drawn(2, 8, 8, 3)).spread[0] ?? []))).toBeGreaterThan(0);
  });
});

it('a resize moves by the slope between rows, far more than by a share of what it gives', () => {
  const rows = tf.tidy(() =>
    tf.mul(tf.sub(tf.mul(tf.reshape(tf.range(0, 16), [1, 16, 1, 1]), 1), 7.5), tf.ones([1, 16, 4, 1])),
  );
  const { spread, expected } = roundingIn(
    (x) => tf.image.resizeBilinear(x, [47, 4], true),
    tf.tidy(() => tf.mul(rows, 1024)),
  );
  const near = Array.from(expected[0] ?? []).findIndex((value) => Math.abs(value) < 100);
  // The rows around it are 1,024 apart, and it is at the seventh.
  expect(spread[0]?.[near]).toBeGreaterThan(1024 * SHARE);
  expect(spread[0]?.[near]).toBeLessThan(1024 * 8 * SHARE * 2);
  // All of a row alike.
  expect(new Set(spread[0]?.slice(4 * 23, 4 * 24)).size).toBeLessThanOrEqual(4);
  // Rows that alternate have no number that is larger than their slope.
  const bars = tf.tensor4d(
    Array.from({ length: 64 }, (_, i) => ((i >> 2) % 2 ? -1024 : 1024)),
    [1, 16, 4, 1],
  );
  const alternating = roundingIn((x) => tf.image.resizeBilinear(x, [47, 4], true), bars);
  expect(Math.max(...(alternating.spread[0] ?? []))).toBeGreaterThan(8 * 1024 * SHARE);
});

describe('what is typical', () => {
  const both = (x: Tensor) => tf.concat([x, tf.mul(x, 1024)], 1);
  const halves = ({ spread }: Found) => {
    const all = Array.from(spread[0] ?? []);
    const [first, second] = [0, 1].map((channel) => Math.min(...all.filter((_, i) => i % 2 === channel)));
    return { first: first ?? 0, second: second ?? 0, all };
  };

  it('is of its own channel, of which each number moves by the root mean square at least', () => {
    const { first, second, all } = halves(roundingIn(both, drawn(16, 1)));
    expect(second / first).toBeGreaterThan(500);
    expect(second / first).toBeLessThan(2000);
    // Many numbers have moved less than that.
    expect(all.filter((moved) => moved === first).length).toBeGreaterThan(3);
    // The mean square is that of what is moved less as well.
    const squares = all.filter((_, i) => i % 2 === 0).map((moved) => moved * moved);
    expect(first).toBeLessThan(Math.sqrt(squares.reduce((sum, each) => sum + each) / squares.length));
    expect(first).toBeGreaterThan(SHARE / 8);
  });

  it('is of all where channels have few numbers', () => {
    const { first, second } = halves(roundingIn(both, drawn(15, 1)));
    expect(second).toBe(first);
  });

  it('is of the last axis, however many there are', () => {
    const { first, second } = halves(roundingIn((x) => tf.reshape(both(x), [16, 1, 2]), drawn(16, 1)));
    expect(second / first).toBeGreaterThan(500);
  });

  it('is nothing of numbers that are infinite, or none, in every replay', () => {
    const found = roundingIn((x) => [tf.div(x, 0), tf.log(tf.neg(x))], drawn(4, 4));
    expect(found.expected.map((values) => values[0])).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
    for (const spread of found.spread) expect(Array.from(spread)).toEqual(Array(16).fill(0));
  });

  it('is finite of a channel of which some numbers are none in some replay', () => {
    const turns = tf.tensor2d(
      Array.from({ length: 32 }, (_, i) => (i % 2) * 100),
      [32, 1],
    );
    const { spread } = roundingIn((x) => tf.log(tf.sub(1, tf.sigmoid(tf.mul(x, turns)))), drawn(32, 1));
    const all = Array.from(spread[0] ?? []);
    expect(all.filter((moved) => moved < 1e-5)).toHaveLength(16);
    expect(all.filter((moved) => moved === Number.POSITIVE_INFINITY)).toHaveLength(16);
  });

  it('does not know of numbers that are none in some replay', () => {
    const fn = (x: Tensor) => tf.log(tf.sub(1, tf.sigmoid(tf.mul(x, tf.tensor1d([0, 100])))));
    const { spread } = roundingIn(fn, drawn(16, 1));
    const finite = Array.from(spread[0] ?? []).filter((_, i) => i % 2 === 0);
    expect(Array.from(spread[0] ?? []).filter((_, i) => i % 2 === 1)).toEqual(
      Array(16).fill(Number.POSITIVE_INFINITY),
    );
    expect(Math.max(...finite)).toBeLessThan(1e-5);
  });
});

describe('a record', () => {
  it('uses the values of variables, and has several outputs, each of its own type', () => {
    const variable = tf.tidy(() => tf.variable(tf.fill([4], 3)));
    const found = roundingIn(
      (x) => [tf.mul(x, variable), tf.cast(tf.greater(x, 1), 'int32'), tf.add(x, variable)],
      drawn(2, 4),
      new Map([['w', variable]]),
    );
    expect(found.spread.map(({ length }) => length)).toEqual([8, 8, 8]);
    expect(
      largestShare({ spread: found.spread.slice(0, 1), expected: found.expected.slice(0, 1) }),
    ).toBeLessThan(3 * SHARE);
    expect(Math.min(...(found.spread[0] ?? []))).toBeGreaterThan(0);
    expect(Array.from(found.spread[1] ?? [])).toEqual(Array(8).fill(0));
    variable.dispose();
  });

  it('takes an input that is given out as it is, and bytes', () => {
    expect(largestShare(roundingIn((x) => x, drawn(4, 4)))).toBeLessThan(SHARE * 1.5);
    const bytes = uint8Tensor(
      Uint8Array.from({ length: 16 }, (_, i) => i),
      [1, 16],
    );
    expect(Math.max(...(roundingIn((x) => tf.cast(x, 'float32'), bytes).spread[0] ?? []))).toBe(0);
    expect(Array.from(roundingIn((x) => x, bytes).spread[0] ?? [])).toEqual(Array(16).fill(0));
  });

  it('goes on where a rounding moves an index out of its array', () => {
    const fn = (x: Tensor) => tf.gather(tf.tensor1d([1, 2, 3]), tf.cast(x, 'int32'));
    // Half of these numbers are 3 in a replay, which ends it.
    const found = roundingIn(fn, tf.fill([1, 64], 2.9999998));
    expect(Array.from(found.expected[0] ?? [])).toEqual(Array(64).fill(3));
    expect(Array.from(found.spread[0] ?? [])).toEqual(Array(64).fill(0));
  });

  it('lets go of what is not used any more, and of what never is', () => {
    const often = (x: Tensor) => {
      let last: Tensor = x;
      for (let i = 0; i < 60; i++) last = tf.topk(last, 4).values;
      return last;
    };
    expect(roundingIn(often, drawn(2, 4)).most).toBeLessThan(30);
  });

  it('is none of what reads numbers back', () => {
    const tensor = drawn(1, 4);
    const run = ([x]: readonly Tensor[]) => [tf.mul(x as Tensor, tf.sqrt(x as Tensor).dataSync()[0] ?? 0)];
    const network = { name: 'reads', inputs: [], outputs: ['y'], run, variables: new Map() };
    expect(roundingOf(network, [{ name: 'x', tensor }], [[1, 2, 3, 4]])).toBeUndefined();
  });

  it('is the same each time', () => {
    const [first, second] = [1, 2].map(() => roundingIn((x) => tf.softmax(tf.mul(x, x)), drawn(4, 8)).spread);
    expect(first).toEqual(second);
  });
});
