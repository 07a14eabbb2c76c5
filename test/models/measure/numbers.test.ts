// The errors of numbers are NumPy's.
import { describe, expect, it } from 'vitest';
import { measureNumbers } from '../../../models/measure/numbers.ts';
import { normal, random } from '../../../train/random.ts';
import { targetScaleOf } from '../../../train/tasks/target-scale.ts';
import { python } from '../../python.ts';

const next = random(3, 'numbers');
const [N, K] = [200, 3];
/** The third number never varies. */
const targets = Float32Array.from({ length: N * K }, (_, i) =>
  i % K === 0 ? 40 + 8 * normal(next) : i % K === 1 ? normal(next) / 100 : 7,
);
const values = targets.map((target, i) => target + (i % K === 1 ? 0.004 : 1.5) * normal(next));

const expected: Record<string, number[]> = JSON.parse(
  python(
    `
import sys, json, numpy as np
a, t = (np.array(x, dtype=np.float64).reshape(${N}, ${K}) for x in json.load(sys.stdin))
e = a - t
with np.errstate(divide='ignore'):
    r2 = np.where(np.ptp(t, axis=0) == 0, 0, 1 - e.var(axis=0) / t.var(axis=0) - e.mean(axis=0) ** 2 / t.var(axis=0))
print(json.dumps({'mae': np.abs(e).mean(axis=0).tolist(), 'rmse': np.sqrt((e * e).mean(axis=0)).tolist(), 'r2': r2.tolist(),
                  'mean': t.mean(axis=0).tolist(), 'deviation': t.std(axis=0).tolist()}))`,
    [],
    Buffer.from(JSON.stringify([[...values], [...targets]])),
  ),
);

const digits = (all: ArrayLike<number> = []) => Array.from(all, (value) => Number(value.toPrecision(6)));

describe('numbers', () => {
  it('are measured each for itself', () => {
    const measured = measureNumbers(values, targets, K);
    expect(digits(measured.meanAbsoluteError)).toEqual(digits(expected.mae));
    expect(digits(measured.rootMeanSquareError)).toEqual(digits(expected.rmse));
    expect(digits(measured.r2)).toEqual(digits(expected.r2));
  });

  it('have the mean and the deviation of the training pictures; one that never varies has 1', () => {
    const { mean, deviation } = targetScaleOf({ targets, n: N });
    expect(digits(mean)).toEqual(digits(expected.mean));
    expect(digits(deviation)).toEqual(digits([...(expected.deviation ?? []).slice(0, 2), 1]));
  });
});

it('R2 of a number that does not vary is scikit-learn’s: 1 where every answer is right, else 0', () => {
  expect(measureNumbers([3, 3], [3, 3], 1).r2).toEqual([1]);
  expect(measureNumbers([3, 4], [3, 3], 1).r2).toEqual([0]);
});
