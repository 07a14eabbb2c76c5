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

  // a, b, then t, degrees of freedom, p and the 95 % interval of SciPy 1.17.1:
  // r = scipy.stats.ttest_ind(a, b, equal_var=False); r.statistic, r.df, r.pvalue, r.confidence_interval(0.95).
  it.each<[number[], number[], number[]]>([
    [
      [1, 2],
      [4, 5],
      [-4.242640687119285, 2, 0.05131670194948621, -6.042434922296654, 0.04243492229665424],
    ],
    [
      [1, 2],
      [1, 2],
      [0, 2, 1, -3.0424349222966542, 3.0424349222966542],
    ],
    [
      [0.1, 0.4, 0.2, 0.9],
      [0.5, 0.6, 0.55],
      [-0.8320502943378438, 3.1566931857488756, 0.4636452731747794, -0.7079443525670283, 0.4079443525670282],
    ],
    [
      [10, 10.1, 9.9],
      [12, 12.2, 11.9, 12.4, 13],
      [
        -11.312995667273196, 4.660806304940886, 0.00014489756859607154, -2.834264258223243,
        -1.7657357417767585,
      ],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      [1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13],
      [-0.0839629423552757, 21.988936168970493, 0.9338456223324246, -3.2125727903679477, 2.9625727903679477],
    ],
    [
      [0, 100],
      [1, 1.001, 1.002],
      [0.979979999934668, 1.0000000002666667, 0.5064367789084042, -586.3112364507408, 684.3092364507409],
    ],
    [
      [5, 5, 5],
      [1, 2, 4],
      [3.023715784073818, 2, 0.09417837268432339, -1.1279163669300925, 6.4612497002634255],
    ],
    [
      [1, 1.5],
      [1000, 1001],
      [
        -1787.5127412133318, 1.4705882352941178, 1.2271300389854572e-5, -1002.7092614150355,
        -995.7907385849645,
      ],
    ],
  ])('of %j and %j is SciPy’s', (a, b, expected) => {
    const result = welch(a, b);
    const received = [result?.t, result?.freedom, result?.p, ...(result?.interval ?? [])];
    // Measured: 1e-13 of the value.
    for (const [i, value] of expected.entries())
      expect(
        Math.abs((received[i] ?? Number.NaN) - value),
        `number ${i}: ${received[i]}`,
      ).toBeLessThanOrEqual(1e-11 * Math.abs(value));
  });

  it('says nothing where nothing can be said', () => {
    expect(welch([1], [2, 3])).toBeUndefined();
    expect(welch([2, 3], [1])).toBeUndefined();
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
    expect(permutationTest([], [1])).toBeUndefined();
    expect(permutationTest([1], [])).toBeUndefined();
  });

  // scipy.stats.permutation_test((a, b), statistic, n_resamples=np.inf, alternative='greater') of SciPy 1.17.1, where
  // the statistic is the absolute difference of the means.
  it.each<[number[], number[], number]>([
    [[1, 2, 3], [2, 5], 0.5],
    [[0.1, 0.2, 0.7, 0.3], [0.3, 0.2, 0.9, 0.8, 1.1], 0.20634920634920634],
    [[0.5, 0.9], [0.1, 0.3, 0.2, 0.7], 0.26666666666666666],
    [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], [0.2, 0.4, 0.6, 0.7, 0.9, 1, 1.1, 0.35], 0.18337218337218336],
  ])('of %j and %j is SciPy’s', (a, b, expected) => {
    expect(permutationTest(a, b)).toBeCloseTo(expected, 14);
  });

  it('is silent from seventeen values on', () => {
    expect(permutationTest([0, ...first.slice(0, 7)], second.slice(0, 9))).toBeUndefined();
  });
});

describe('wilson', () => {
  it('gives the intervals of Newcombe 1998, table I, method 3', () => {
    // Statistics in Medicine 17, 857-872: 81 of 263, and 0 of 20.
    expect(wilson(81 / 263, 263).map((x) => Number(x.toFixed(4)))).toEqual([0.2553, 0.3662]);
    expect(wilson(0, 20).map((x) => Number(x.toFixed(4)))).toEqual([0, 0.1611]);
  });

  // scipy.stats.binomtest(k, n).proportion_ci(0.95, 'wilson') of SciPy 1.17.1.
  it.each<[number, number, number, number]>([
    [0, 20, 0, 0.16112515805281935],
    [20, 20, 0.8388748419471808, 1],
    [1, 29, 0.006113214292762667, 0.17175521879320282],
    [81, 263, 0.2552885198782742, 0.36620957698280004],
    [1, 2, 0.09453120573423074, 0.9054687942657693],
  ])('%i of %i are SciPy’s', (k, n, ...expected) => {
    const interval = wilson(k / n, n);
    for (const [i, bound] of expected.entries()) expect(interval[i]).toBeCloseTo(bound, 14);
    expect(Math.min(...interval)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...interval)).toBeLessThanOrEqual(1);
  });
});

it('takes variance with n - 1', () => {
  expect(variance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12);
  expect(deviation([2, 4])).toBe(Math.SQRT2);
  expect(deviation([1])).toBeNaN();
  expect(deviation([])).toBeNaN();
});
