// Averages of areas against NumPy: differences of a plane's running sums, between pixels along straight lines.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Patch, resizeArea } from '../../../models/image/area.ts';
import { python } from '../../python.ts';
import { real } from '../../real.ts';
import { noisePicture } from './pictures.ts';

const numpy = `${readFileSync(new URL('./digit.py', import.meta.url), 'utf8')}
answer([
    area(np.array(data, np.float64).reshape(height, width), *(patch[k] for k in ('x', 'y', 'width', 'height')), w, h)
    for width, height, data, patch, w, h in json.load(sys.stdin)
])
`;

const side = fc.integer({ min: 1, max: 20 });
const from = fc.oneof(fc.integer({ min: -25, max: 25 }), real(-25, 25));
const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.25, max: 40, noNaN: true }));

interface Case {
  readonly size: readonly [width: number, height: number];
  readonly patch: Patch;
  readonly to: readonly [width: number, height: number];
}

const cases: Case[] = [
  ...fc.sample(
    fc.record({
      size: fc.tuple(side, side),
      patch: fc.record({ x: from, y: from, width: length, height: length }),
      to: fc.tuple(side, side),
    }),
    { numRuns: 300, seed: 1 },
  ),
  // Pixel by pixel, moved by whole pixels and by others, one side alone; beyond the plane; to one pixel.
  ...[
    { x: 0, y: 0, width: 7, height: 5 },
    { x: -2, y: 3, width: 7, height: 5 },
    { x: 0.5, y: 1, width: 7, height: 5 },
    { x: 1, y: -1.5, width: 7, height: 5 },
    { x: 1, y: 1, width: 7, height: 3 },
    { x: 1, y: 1, width: 4, height: 5 },
    { x: -90, y: 0, width: 7, height: 5 },
    { x: 90, y: 0, width: 7, height: 5 },
    { x: 0, y: -90, width: 7, height: 5 },
    { x: 0, y: 90, width: 7, height: 5 },
  ].map((patch): Case => ({ size: [7, 6], patch, to: [7, 5] })),
  { size: [7, 5], patch: { x: 0, y: 0, width: 7, height: 5 }, to: [1, 1] },
];

it('equals NumPy within and beyond the edges of a plane', () => {
  const planes = cases.map(({ size }, i) => [...noisePicture(i, ...size, 1).data]);
  const asked = cases.map(({ size, patch, to }, i) => [...size, planes[i], patch, ...to]);
  const theirs: number[][] = JSON.parse(python(numpy, [], Buffer.from(JSON.stringify(asked))));
  for (const [i, { size, patch, to }] of cases.entries()) {
    const source = { data: Float32Array.from(planes[i] ?? []), width: size[0], height: size[1] };
    const ours = resizeArea(source, patch, ...to);
    expect([ours.width, ours.height]).toEqual(to);
    expect(ours.data.length).toBe(theirs[i]?.length);
    const off = Math.max(...ours.data.map((value, k) => Math.abs(value - (theirs[i]?.[k] ?? Number.NaN))));
    expect(off, JSON.stringify(cases[i])).toBeLessThan(1e-4); // of 255; measured: 2e-5
  }
});

it('copies pixels that coincide with the result', () => {
  const data = Uint8Array.from({ length: 35 }, (_, i) => i * 7);
  const whole = resizeArea({ data, width: 7, height: 5 }, { x: 0, y: 0, width: 7, height: 5 }, 7, 5);
  expect([...whole.data]).toEqual([...data]);
  const moved = resizeArea({ data, width: 7, height: 5 }, { x: 2, y: -1, width: 2, height: 2 }, 2, 2);
  expect([...moved.data]).toEqual([0, 0, 14, 21]);
});

it('looks at each row of the source once, and every 64 rows whether it is to end', () => {
  const checks = (height: number, to: number) => {
    let n = 0;
    const source = { data: new Uint8Array(height), width: 1, height };
    resizeArea(source, { x: 0, y: 0, width: 1, height }, 1, to, () => void n++);
    return n;
  };
  expect(checks(640, 10)).toBe(10);
  expect(checks(640, 9)).toBe(10);
  expect(checks(1, 500)).toBe(1);
});
