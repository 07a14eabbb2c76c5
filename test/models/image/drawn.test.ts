// The shortcut for pictures that are all digit finds what the whole rule finds, or leaves the picture to it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plane } from '../../../models/image/area.ts';
import { drawnRegion } from '../../../models/image/drawn.ts';
import { findInk } from '../../../models/image/ink.ts';
import { digitRegion } from '../../../models/image/region.ts';
import { loadDataset } from '../../../train/datasets/index.ts';
import { real } from '../../real.ts';

const { validation: digits } = await loadDataset('mnist');
const PIXELS = 28 * 28;

function digit(index: number): Plane {
  const pixels = digits.images.subarray(index * PIXELS, (index + 1) * PIXELS);
  return { data: Float32Array.from(pixels), width: 28, height: 28 };
}

const levels = fc.oneof(fc.constant(255), fc.nat(255));

/** Strokes on paper, both of any level, a few pixels of noise among them. */
const drawings: fc.Arbitrary<Plane> = fc
  .record({
    width: fc.integer({ min: 1, max: 33 }),
    height: fc.integer({ min: 1, max: 33 }),
    paper: fc.constantFrom(0, 0, 0, 1, 255),
    strokes: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 9 }), levels), {
      maxLength: 8,
    }),
    specks: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }),
  })
  .map(({ width, height, paper, strokes, specks }) => {
    const data = new Float32Array(width * height).fill(paper);
    for (const [x, y, size, level] of strokes)
      for (let v = 0; v < size; v++)
        for (let u = 0; u < size; u++) data[((y + v) % height) * width + ((x + u) % width)] = level;
    for (const [place, level] of specks) data[place % data.length] = level;
    return { data, width, height };
  });

test('digits of MNIST take the shortcut', () => {
  for (let i = 0; i < digits.n; i += 100) {
    expect(drawnRegion(digit(i))).toEqual(digitRegion(findInk(digit(i))));
  }
});

test('any picture has the region of the whole rule, or none', () => {
  let found = 0;
  fc.assert(
    fc.property(drawings, (plane) => {
      const quick = drawnRegion(plane);
      if (quick === undefined) return;
      found++;
      expect(quick).toEqual(digitRegion(findInk(plane)));
    }),
    { numRuns: 3000 },
  );
  expect(found).toBeGreaterThan(300);
});

test('digits that are dimmed, inverted, moved or specked have it as well', () => {
  const changes = fc.record({
    index: fc.nat(9999),
    gain: real(0, 1),
    invert: fc.boolean(),
    shift: fc.nat(PIXELS),
    specks: fc.array(fc.tuple(fc.nat(PIXELS - 1), fc.nat(255)), { maxLength: 3 }),
  });
  let found = 0;
  fc.assert(
    fc.property(changes, ({ index, gain, invert, shift, specks }) => {
      const { data, width, height } = digit(index);
      const changed = data.map((_, i) => {
        const level = Math.round((data[(i + shift) % PIXELS] ?? 0) * gain);
        return invert ? 255 - level : level;
      });
      for (const [place, level] of specks) changed[place] = level;
      const plane = { data: changed, width, height };
      const quick = drawnRegion(plane);
      if (quick === undefined) return;
      found++;
      expect(quick).toEqual(digitRegion(findInk(plane)));
    }),
    { numRuns: 1000 },
  );
  expect(found).toBeGreaterThan(30); // measured: 92
});
