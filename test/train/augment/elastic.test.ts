// The elastic field against the one it stands for: noise for every pixel, smoothed by a Gaussian.
import { describe, expect, it } from 'vitest';
import { elasticField } from '../../../train/augment/elastic.ts';
import { random } from '../../../train/random.ts';

const elastic = { alpha: 34, sigma: 4 };

const LAGS = [0, 1, 2, 3];

/** Mean of the product of values so many nodes apart, for each of LAGS, along rows and along columns, over many fields. */
function autocovariance(): { across: number; along: number }[] {
  const [rows, columns] = [12, 9];
  const sums = LAGS.map(() => ({ across: 0, along: 0 }));
  const fields = 4000;
  for (let index = 0; index < fields; index++) {
    const field = elasticField(rows, columns, elastic, random(1, 'test', index));
    for (const [i, sum] of sums.entries()) {
      const lag = LAGS[i] ?? 0;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const node = row * columns + column;
          const here = field[node] ?? 0;
          if (column + lag < columns) sum.across += here * (field[node + lag] ?? 0);
          if (row + lag < rows) sum.along += here * (field[node + lag * columns] ?? 0);
        }
    }
  }
  return sums.map(({ across, along }, i) => {
    const lag = LAGS[i] ?? 0;
    return {
      across: across / (fields * rows * (columns - lag)),
      along: along / (fields * (rows - lag) * columns),
    };
  });
}

describe('elasticField', () => {
  // A Gaussian of sigma makes noise that is correlated as exp(-(distance / (2 * sigma))^2).
  const theirs = (lag: number) => (34 / (4 * 2 * Math.sqrt(3 * Math.PI))) ** 2 * Math.exp(-((lag / 2) ** 2));

  it('varies together so many nodes apart as theirs does', () => {
    // Measured: 0.013, 0.010, 0.026 and 0.007.
    const tolerances = [0.02, 0.02, 0.04, 0.02];
    for (const [i, { across, along }] of autocovariance().entries()) {
      const [lag, tolerance] = [LAGS[i] ?? 0, tolerances[i] ?? 0];
      expect(Math.abs(across - theirs(lag)) / theirs(0)).toBeLessThan(tolerance);
      expect(Math.abs(along - theirs(lag)) / theirs(0)).toBeLessThan(tolerance);
    }
  });

  it('has its size and draws another field each time', () => {
    const next = random(1, 'test');
    const first = elasticField(3, 5, elastic, next);
    expect(first.length).toBe(15);
    expect(elasticField(3, 5, elastic, next)).not.toEqual(first);
  });
});
