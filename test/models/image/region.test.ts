// The digit in a plane of ink, held against the same rule in NumPy, with its quantiles, for whole planes at once.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Plane } from '../../../models/image/area.ts';
import { digitRegion } from '../../../models/image/region.ts';
import { python } from '../../python.ts';

const numpy = `${readFileSync(new URL('./digit.py', import.meta.url), 'utf8')}
answer([
    region(np.array(data, np.float64).reshape(height, width)) for width, height, data in json.load(sys.stdin)
])
`;

const levels = fc.integer({ min: 0, max: 255 });
const place = fc.nat({ max: 23 });
const side = fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 18, max: 24 }));
/** Strokes of one or two pens over paper without or with noise, sizes of a speck to those of a digit. */
const drawn = fc
  .sample(
    fc.record({
      width: side,
      height: side,
      paper: fc.constantFrom(0, 0, 2, 12, 60),
      noise: fc.constantFrom(0, 0.4, 3, 6, 12, 30),
      grain: fc.array(fc.integer({ min: -1000, max: 1000 }), {
        minLength: 24 * 24,
        maxLength: 24 * 24,
      }),
      pen: fc.constantFrom(15, 19, 25, 90, 200, 223, 224, 255),
      strokes: fc.array(
        fc.record({
          x: place,
          y: place,
          width: fc.constantFrom(1, 1, 2, 5, 9),
          height: fc.constantFrom(1, 1, 3, 9),
          level: fc.option(levels),
        }),
        { maxLength: 6 },
      ),
    }),
    { numRuns: 400, seed: 1 },
  )
  .map(({ width, height, paper, noise, grain, pen, strokes }): Plane => {
    const data = Float32Array.from({ length: width * height }, (_, i) =>
      Math.max(0, paper + (noise * (grain[i] ?? 0)) / 1000),
    );
    for (const stroke of strokes)
      for (let y = stroke.y; y < Math.min(height, stroke.y + stroke.height); y++)
        for (let x = stroke.x; x < Math.min(width, stroke.x + stroke.width); x++)
          data[y * width + x] = stroke.level ?? pen;
    return { data, width, height };
  });

/** More ink than paper, so uneven that no pixel stands out from the rest of it. */
const blotted: Plane = {
  data: Float32Array.from({ length: 400 }, (_, i) => (i < 180 ? 20 : 140 + 5 * (i % 5))),
  width: 20,
  height: 20,
};
const planes = [...drawn, blotted];

it('is what NumPy finds', () => {
  const asked = planes.map(({ width, height, data }) => [width, height, [...data]]);
  const theirs: ({ plane: number[]; box: object } | null)[] = JSON.parse(
    python(numpy, [], Buffer.from(JSON.stringify(asked))),
  );
  const found = theirs.filter((region) => region !== null).length;
  expect(found).toBeGreaterThan(100);
  expect(theirs.length - found).toBeGreaterThan(50);
  // Of noisy pictures, something is left out now and then.
  const dropped = planes.filter(({ data }, i) =>
    theirs[i]?.plane.some((level, k) => level === 0 && (data[k] ?? 0) > 60),
  );
  expect(dropped.length).toBeGreaterThan(20);
  expect(theirs.at(-1)).toBeNull();
  for (const [i, plane] of planes.entries()) {
    const ours = digitRegion(plane);
    const region = theirs[i];
    const which = `plane ${i}, ${plane.width}x${plane.height}`;
    expect(ours?.box, which).toEqual(region?.box);
    if (ours === undefined) continue;
    expect(ours.plane.data.length, which).toBe(region?.plane.length);
    const off = Math.max(
      ...ours.plane.data.map((value, k) => Math.abs(value - (region?.plane[k] ?? Number.NaN))),
    );
    expect(off, which).toBeLessThan(1e-4); // of 255
  }
});
