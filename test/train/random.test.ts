// Random numbers: the published generators, unrelated streams, and values that must never change.
import { describe, expect, it } from 'vitest';
import { murmur3, normal, permutation, random, seedPair, sfc32 } from '../../train/random.ts';

const draws = (n: number, next: () => number) => Array.from({ length: n }, next);
const word = (uniform: number) => uniform * 2 ** 32;

/** Chi-squared of counts that should be equal: about bins - 1, with a standard deviation of sqrt(2 * (bins - 1)). */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function histogram(values: readonly number[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.floor(value * bins)] = (counts[Math.floor(value * bins)] ?? 0) + 1;
  return counts;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, index) => (value - meanA) * ((b[index] ?? 0) - meanB)));
  const spread = (values: readonly number[], center: number) =>
    Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
  return covariance / (spread(a, meanA) * spread(b, meanB));
}

describe('murmur3', () => {
  // https://stackoverflow.com/questions/14747343/murmurhash3-test-vectors
  it.each([
    [[], 0, 0],
    [[], 1, 0x514e28b7],
    [[], 0xffffffff, 0x81f16f39],
    [[0xffffffff], 0, 0x76293b50],
    [[0x87654321], 0, 0xf55b516b],
    [[0x87654321], 0x5082edee, 0x2362f9de],
    [[0], 0, 0x2362f9de],
    [[0x61616161], 0x9747b28c, 0x5a97808a],
  ])('hashes %j with key %i as the reference does', (words, key, expected) => {
    expect(murmur3(words, key)).toBe(expected);
  });
});

describe('sfc32', () => {
  it('draws what the reference implementation in PractRand draws', () => {
    expect(draws(16, sfc32(0, 2, 1)).map(word)).toEqual([
      0x03b80bb8, 0xa87dbc7e, 0x1787178c, 0x4c7b7234, 0xc65dade2, 0x2c692349, 0xf52c2153, 0xdf098072,
      0x9d49b03c, 0x9562381a, 0xc9b41738, 0x64b75e54, 0x36ce9b32, 0xf106947e, 0x0afc726b, 0x549bbc87,
    ]);
  });
});

describe('random', () => {
  // A change here changes every training and breaks the resuming of those under way.
  it('keeps its values for good', () => {
    expect(draws(3, random(0, '')).map(word)).toEqual([121517973, 3579822217, 1123021416]);
    expect(draws(3, random(1, 'shuffle', 0)).map(word)).toEqual([84292530, 1919988377, 1746110026]);
    expect(draws(3, random(-7, 'augment/warp', 12, 59_999)).map(word)).toEqual([
      494230003, 2337698206, 328305151,
    ]);
    expect(draws(3, random(2 ** 40 + 1, 'step', 2 ** 33)).map(word)).toEqual([
      1299768496, 2710328691, 2455569074,
    ]);
  });

  it('draws uniformly within a stream', () => {
    expect(chiSquared(histogram(draws(100_000, random(1, 'uniform')), 256))).toBeLessThan(255 + 5 * 22.6);
  });

  it('draws uniformly across neighboring positions, in its highest and lowest bits', () => {
    const firsts = Array.from({ length: 100_000 }, (_, index) => random(1, 'augment', 0, index)());
    expect(chiSquared(histogram(firsts, 256))).toBeLessThan(255 + 5 * 22.6);
    const low = firsts.map((value) => (word(value) % 256) / 256);
    expect(chiSquared(histogram(low, 256))).toBeLessThan(255 + 5 * 22.6);
  });

  it.each([
    ['index', (index: number) => random(1, 'augment', 0, index + 1)],
    ['epoch', (index: number) => random(1, 'augment', 1, index)],
    ['seed', (index: number) => random(2, 'augment', 0, index)],
    ['stream', (index: number) => random(1, 'augmenu', 0, index)],
    ['number of positions', (index: number) => random(1, 'augment', 0, index, 0)],
  ])('gives unrelated numbers to a neighboring %s', (_, neighbor) => {
    const n = 50_000;
    const here = Array.from({ length: n }, (_, index) => random(1, 'augment', 0, index)());
    const there = Array.from({ length: n }, (_, index) => neighbor(index)());
    expect(Math.abs(correlation(here, there))).toBeLessThan(5 / Math.sqrt(n));
    const flipped = here.map((value, index) => bits(word(value) ^ word(there[index] ?? 0)));
    const mean = flipped.reduce((sum, count) => sum + count, 0) / n;
    expect(Math.abs(mean - 16)).toBeLessThan((5 * Math.sqrt(8)) / Math.sqrt(n));
  });

  it('has no two equal streams among 200,000', () => {
    const seen = new Set<string>();
    for (let epoch = 0; epoch < 20; epoch++) {
      for (let index = 0; index < 10_000; index++) {
        const next = random(1, 'augment', epoch, index);
        seen.add(`${next()} ${next()}`);
      }
    }
    expect(seen.size).toBe(200_000);
  });

  it('tells apart where the stream ends and the position begins', () => {
    const charCode = 'b'.charCodeAt(0);
    expect(random(1, 'ab')()).not.toBe(random(1, 'a', charCode)());
    expect(random(1, 'a', 2 ** 32)()).not.toBe(random(1, 'a', 0, 1)());
    expect(random(2 ** 32, 'a')()).not.toBe(random(0, 'a')());
  });

  it.each([0.5, Number.NaN, 2 ** 53])('refuses %d as a seed and as a position', (number) => {
    expect(() => random(number, 'shuffle')).toThrow(
      `seed: expected an integer within ±(2^53 - 1), received ${number}`,
    );
    expect(() => random(1, 'shuffle', number)).toThrow("position of stream 'shuffle': expected an integer");
  });
});

describe('seedPair', () => {
  it('keeps its values for good, as signed 32-bit integers', () => {
    expect(seedPair(1, 'step', 0)).toEqual([1337899492, 415383091]);
    expect(seedPair(1, 'step', 1)).toEqual([652984162, 2092517263]);
  });

  it('differs from step to step', () => {
    const pairs = Array.from({ length: 50_000 }, (_, step) => seedPair(1, 'step', step).join());
    expect(new Set(pairs).size).toBe(50_000);
  });
});

describe('normal', () => {
  it('has the moments of the standard normal distribution', () => {
    const next = random(1, 'normal');
    const values = draws(200_000, () => normal(next));
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Five standard errors of each moment: sqrt(1, 2, 15, 96 / n).
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / 200_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / 200_000));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / 200_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / 200_000));
  });

  it.each([0, 1 - 2 ** -32])('is finite where a draw is %d', (extreme) => {
    expect(Number.isFinite(normal(() => extreme))).toBe(true);
  });
});

describe('permutation', () => {
  it('keeps its values for good', () => {
    expect([...permutation(10, random(1, 'shuffle', 0))]).toEqual([7, 9, 2, 5, 8, 6, 1, 3, 4, 0]);
  });

  it('holds each number once', () => {
    for (const n of [0, 1, 2, 1000]) {
      const order = permutation(n, random(1, 'shuffle', n));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, index) => index));
    }
  });

  it('puts each number in each place equally often', () => {
    const counts = new Array<number>(64).fill(0);
    for (let epoch = 0; epoch < 20_000; epoch++) {
      permutation(8, random(1, 'shuffle', epoch)).forEach((number, place) => {
        counts[place * 8 + number] = (counts[place * 8 + number] ?? 0) + 1;
      });
    }
    // 49 degrees of freedom: each row and each column has a fixed sum.
    expect(chiSquared(counts)).toBeLessThan(49 + 5 * Math.sqrt(98));
  });
});

function bits(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
}
