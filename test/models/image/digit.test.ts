// From a picture of a digit to MNIST's form, held against the same rule in NumPy: ink, place, size; and what must not matter.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plane } from '../../../models/image/area.ts';
import { prepareDigit } from '../../../models/image/digit.ts';
import { drawnRegion } from '../../../models/image/drawn.ts';
import { findInk } from '../../../models/image/ink.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { digitRegion } from '../../../models/image/region.ts';
import { python } from '../../python.ts';

const numpy = `${readFileSync(new URL('./digit.py', import.meta.url), 'utf8')}
planes = [np.array(data, np.float64).reshape(height, width) for width, height, data in json.load(sys.stdin)]
answer([[ink_of(reduced(plane, 512)), digit(plane)] for plane in planes])
`;

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly paper: number;
  /** Levels that the paper loses from left to right. */
  readonly shade: number;
  readonly pen: number;
  readonly strokes: readonly { x: number; y: number; width: number; height: number }[];
}

const inside = (at: number, from: number, length: number) => at >= from && at < from + length;

function drawn({ width, height, paper, shade, pen, strokes }: Drawing): Picture {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inked = strokes.some(
        (each) => inside(x, each.x % width, each.width) && inside(y, each.y % height, each.height),
      );
      data[y * width + x] = inked ? pen : Math.max(0, Math.min(255, paper - Math.round((shade * x) / width)));
    }
  }
  return { data, width, height, channels: 1 };
}

const stroke = (most: number) =>
  fc.record({
    x: fc.nat(most),
    y: fc.nat(most),
    width: fc.integer({ min: 1, max: Math.ceil(most / 4) }),
    height: fc.integer({ min: 1, max: Math.ceil(most / 4) }),
  });
/** Dark on light and light on dark, paler and darker pens, evenly lit paper and not. */
const drawing = (most: number) =>
  fc.record({
    width: fc.integer({ min: Math.ceil(most / 3), max: most }),
    height: fc.integer({ min: Math.ceil(most / 3), max: most }),
    paper: fc.constantFrom(0, 0, 255, 255, 230, 30),
    shade: fc.constantFrom(0, 0, 20, -20),
    pen: fc.constantFrom(0, 255, 60, 190),
    strokes: fc.array(stroke(most), { minLength: 1, maxLength: 4 }),
  });
const paper = { width: 40, height: 40, paper: 0, shade: 0, pen: 255 };
const drawings: Drawing[] = [
  ...fc.sample(drawing(34), { numRuns: 120, seed: 1 }),
  ...fc.sample(drawing(90), { numRuns: 12, seed: 2 }),
  // As MNIST has them: black paper, a clear pen.
  ...fc
    .sample(drawing(33), { numRuns: 120, seed: 3 })
    .map((each, i) => ({ ...each, paper: 0, shade: 0, pen: [255, 224, 223, 255][i % 4] ?? 0 })),
  // Of 18 to 21 pixels: two of these are MNIST's own size, and stay as they are. Of one pixel, at each edge.
  ...[18, 19, 20, 21, 1, 4, 5, 6].flatMap((length): Drawing[] => [
    { ...paper, strokes: [{ x: 4, y: 7, width: 3, height: length }] },
    { ...paper, strokes: [{ x: 5, y: 20, width: length, height: 2 }] },
  ]),
  ...[0, 39].map((at) => ({ ...paper, strokes: [{ x: at, y: at, width: 1, height: 1 }] })),
  // Heavy at one end: its center of mass is not that of its box, which stays within the input.
  {
    ...paper,
    strokes: [
      { x: 3, y: 2, width: 14, height: 12 },
      { x: 3, y: 14, width: 1, height: 24 },
    ],
  },
  {
    ...paper,
    strokes: [
      { x: 20, y: 22, width: 15, height: 12 },
      { x: 3, y: 33, width: 17, height: 1 },
    ],
  },
  // Reduced to its half before it is looked at.
  { ...paper, width: 1024, height: 30, strokes: [{ x: 500, y: 3, width: 9, height: 24 }] },
  { ...paper, width: 20, height: 513, paper: 255, pen: 0, strokes: [{ x: 4, y: 100, width: 9, height: 24 }] },
];

const plane = ({ data, width, height }: Picture): Plane => ({ data: Float32Array.from(data), width, height });

describe('as in NumPy', () => {
  const pictures = drawings.map(drawn);
  const asked = pictures.map(({ width, height, data }) => [width, height, [...data]]);
  const theirs: [ink: number[], input: number[]][] = JSON.parse(
    python(numpy, [], Buffer.from(JSON.stringify(asked))),
  );

  it('the ink', () => {
    for (const [i, picture] of pictures.entries()) {
      if (Math.max(picture.width, picture.height) > 512) continue;
      const ours = findInk(plane(picture)).data;
      const off = Math.max(...ours.map((value, k) => Math.abs(value - (theirs[i]?.[0][k] ?? Number.NaN))));
      expect(off, JSON.stringify(drawings[i])).toBeLessThan(1e-3); // of 255
    }
  });

  it('the input', () => {
    const blank = theirs.filter(([, input]) => input.every((level) => level === 0)).length;
    expect(theirs.length - blank).toBeGreaterThan(100);
    for (const [i, picture] of pictures.entries()) {
      const ours = prepareDigit(picture);
      expect(ours.length).toBe(28 * 28);
      const off = Math.max(...ours.map((level, k) => Math.abs(level - (theirs[i]?.[1][k] ?? Number.NaN))));
      expect(off, JSON.stringify(drawings[i])).toBeLessThan(0.501);
    }
  });

  it('the region of a drawing, where it is known without looking for the ink', () => {
    let found = 0;
    for (const [i, picture] of pictures.entries()) {
      const quick = drawnRegion(plane(picture));
      if (quick === undefined) continue;
      found++;
      expect(quick, JSON.stringify(drawings[i])).toEqual(digitRegion(findInk(plane(picture))));
    }
    expect(found).toBeGreaterThan(20);
  });
});

it('takes a shortcut where there is black within a quarter of the sides of every pixel, of 32 a side at most', () => {
  for (const [side, height, width, quick] of [
    [28, 28, 14, true],
    [28, 28, 15, false],
    [32, 32, 16, true],
    [32, 32, 17, false],
    [33, 28, 14, false],
    [28, 33, 14, false],
  ] as const)
    for (const x of [5, 6, 7]) {
      const bar = { ...paper, width: side, height, strokes: [{ x, y: 5, width, height: 17 }] };
      expect(drawnRegion(plane(drawn(bar))) !== undefined, JSON.stringify(bar)).toBe(quick);
    }
});

it('takes it where a tenth of the ink is as dark as a pen, which the whole rule does not darken', () => {
  for (const [dark, quick] of [
    [2, true],
    [1, false],
  ] as const) {
    const data = new Float32Array(28 * 28).fill(223, 400, 411).fill(224, 400, 400 + dark);
    const ink = { data, width: 28, height: 28 };
    const kept = digitRegion(findInk(ink))?.plane.data.every((level, i) => level === data[i]);
    expect([drawnRegion(ink) !== undefined, kept], `${dark} of 11`).toEqual([quick, quick]);
  }
});
