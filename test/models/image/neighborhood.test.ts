// The quick ways to look at a pixel's surroundings give what looking at every pixel of them gives.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plane } from '../../../models/image/area.ts';
import { localMaximum, localMean, localMinimum } from '../../../models/image/neighborhood.ts';
import { quantile } from '../../../models/image/quantile.ts';
import { real } from '../../real.ts';

const levels = (length: number) =>
  fc.array(fc.integer({ min: -3, max: 255 }), { minLength: length, maxLength: length });

const planes: fc.Arbitrary<Plane> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    levels(width * height).map((data) => ({ data: Float32Array.from(data), width, height })),
  );

/** All values of the square around a pixel. */
function around({ data, width, height }: Plane, i: number, reach: number): number[] {
  const [x, y] = [i % width, Math.floor(i / width)];
  const values: number[] = [];
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
      values.push(data[v * width + u] ?? Number.NaN);
  return values;
}

test.each([
  ['smallest', localMinimum, (values: number[]) => Math.min(...values)],
  ['largest', localMaximum, (values: number[]) => Math.max(...values)],
  ['mean', localMean, (values: number[]) => values.reduce((a, b) => a + b) / values.length],
])('%s', (_, quick, plain) => {
  fc.assert(
    fc.property(planes, fc.integer({ min: 0, max: 14 }), (plane, reach) => {
      const expected = Float32Array.from(plane.data, (_, i) => plain(around(plane, i, reach)));
      expect(quick(plane, reach)).toEqual({ ...plane, data: expected });
    }),
  );
});

test('quantile', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 60 }).chain(levels), real(0, 1));
  fc.assert(
    fc.property(cases, ([values, q]) => {
      const sorted = [...values].sort((a, b) => a - b);
      expect(quantile(Float32Array.from(values), q)).toBe(sorted[Math.floor(q * (values.length - 1))]);
    }),
  );
  expect(quantile(new Float32Array(), 0.5)).toBe(0);
});
