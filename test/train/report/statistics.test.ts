// The reports' statistics against values published elsewhere, and against tables.
import { describe, expect, it } from 'vitest';
import { deviation, permutationTest, variance, welch, wilson } from '../../../train/report/statistics.ts';

// "Student" 1908, as R's data set `sleep`: hours of sleep gained with two drugs.
const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

describe('welch', () => {
  it("gives what R's t.test(extra ~ group, data = sleep) prints", () => {
    const result = welch(first, second);
    expect(result?.t).toBeCloseTo(-1.8608, 4);
    expect(result?.freedom).toBeCloseTo(17.776, 3);
    expect(result?.p).toBeCloseTo(0.07939, 5);
    expect(result?.interval[0]).toBeCloseTo(-3.3654832, 7);
    expect(result?.interval[1]).toBeCloseTo(0.2054832, 7);
  });

  it('agrees with closed forms of the distribution of t', () => {
    // Two and two of equal spread have 2 degrees of freedom: p = 1 - t / sqrt(t^2 + 2).
    const result = welch([1, 2], [4, 5]);
    const t = 3 / Math.sqrt(0.5);
    expect(result?.freedom).toBeCloseTo(2, 12);
    expect(result?.p).toBeCloseTo(1 - t / Math.sqrt(t * t + 2), 12);
    // And their 97.5 % quantile is 4.302653 (any table).
    expect((result?.interval[1] ?? 0) - (result?.difference ?? 0)).toBeCloseTo(4.302653 * Math.sqrt(0.5), 5);
  });

  it('says nothing where nothing can be said', () => {
    expect(welch([1], [2, 3])).toBeUndefined();
    expect(welch([1, 1], [2, 2])).toBeUndefined();
  });
});

describe('permutationTest', () => {
  it('counts the ways: two samples of three, wholly apart, are the two most extreme of twenty', () => {
    expect(permutationTest([1, 2, 3], [10, 11, 12])).toBe(2 / 20);
  });

  it('is 1 for equal samples, and silent for large ones', () => {
    expect(permutationTest([1, 2], [1, 2])).toBe(1);
    expect(permutationTest(first, second)).toBeUndefined();
  });
});

describe('wilson', () => {
  it('gives the intervals of Newcombe 1998, table I, method 3', () => {
    // Statistics in Medicine 17, 857-872: 81 of 263, and 0 of 20.
    expect(wilson(81 / 263, 263).map((x) => Number(x.toFixed(4)))).toEqual([0.2553, 0.3662]);
    expect(wilson(0, 20).map((x) => Number(x.toFixed(4)))).toEqual([0, 0.1611]);
  });
});

it('takes variance with n - 1', () => {
  expect(variance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12);
  expect(deviation([1])).toBeNaN();
});
