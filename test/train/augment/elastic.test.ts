// The elastic field against the one it stands for: noise for every pixel, smoothed by a Gaussian.
import { describe, expect, it } from 'vitest';
import { elasticField } from '../../../train/augment/elastic.ts';
import { random } from '../../../train/random.ts';

const elastic = { alpha: 34, sigma: 4 };

/** Mean of the product of values `lag` nodes apart, along rows and along columns, over many fields. */
function autocovariance(lag: number): { across: number; along: number } {
  const [rows, columns] = [12, 9];
  let [across, acrossCount, along, alongCount] = [0, 0, 0, 0];
  for (let index = 0; index < 4000; index++) {
    const field = elasticField(rows, columns, elastic, random(1, 'test', index));
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const here = field[row * columns + column] ?? 0;
        if (column + lag < columns) {
          across += here * (field[row * columns + column + lag] ?? 0);
          acrossCount++;
        }
        if (row + lag < rows) {
          along += here * (field[(row + lag) * columns + column] ?? 0);
          alongCount++;
        }
      }
    }
  }
  return { across: across / acrossCount, along: along / alongCount };
}

describe('elasticField', () => {
  // A Gaussian of sigma makes noise that is correlated as exp(-(distance / (2 * sigma))^2).
  const theirs = (lag: number) => (34 / (4 * 2 * Math.sqrt(3 * Math.PI))) ** 2 * Math.exp(-((lag / 2) ** 2));

  it.each([
    [0, 0.02], // measured: 0.013
    [1, 0.02], // measured: 0.010
    [2, 0.04], // measured: 0.026
    [3, 0.02], // measured: 0.007
  ])('varies together %i nodes apart as theirs does', (lag, tolerance) => {
    const { across, along } = autocovariance(lag);
    expect(Math.abs(across - theirs(lag)) / theirs(0)).toBeLessThan(tolerance);
    expect(Math.abs(along - theirs(lag)) / theirs(0)).toBeLessThan(tolerance);
  });

  it('has its size and draws another field each time', () => {
    const next = random(1, 'test');
    const first = elasticField(3, 5, elastic, next);
    expect(first.length).toBe(15);
    expect(elasticField(3, 5, elastic, next)).not.toEqual(first);
  });
});
