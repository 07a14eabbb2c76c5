// Several digits in a row are told apart, and the strokes of one digit stay together.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGrouping, groupStrokes } from '../../../web-demo/page/draw/groups.ts';
import { lineWidth, type PenPoint, snap } from '../../../web-demo/page/draw/strokes.ts';
import { drawNumbers, isRight } from '../../bench/pens/numbers.ts';
import { type Place, smooth, strokesOf } from '../strokes.ts';

/** Strokes through these places, moved to the right. */
const drawn = (strokes: readonly (readonly Place[])[], right = 0) =>
  strokes.map((stroke) => stroke.map(([x, y]) => snap(x + right, y, lineWidth)));

const four: Place[][] = [
  [
    [0.32, 0.15],
    [0.2, 0.55],
    [0.5, 0.55],
  ],
  [
    [0.42, 0.35],
    [0.4, 0.85],
  ],
];
/** A bar that begins where the belly does, and does not touch it. */
const five: Place[][] = [
  [
    [0.22, 0.2],
    [0.2, 0.45],
    [0.4, 0.5],
    [0.42, 0.7],
    [0.2, 0.82],
  ],
  [
    [0.27, 0.16],
    [0.48, 0.14],
  ],
];
const seven: Place[][] = [
  ...strokesOf('7'),
  [
    [0.42, 0.52],
    [0.64, 0.5],
  ],
];

test.each([
  ['4 of two strokes', four],
  ['5 with its bar', five],
  ['7 with its dash', seven],
  ['0', strokesOf('0')],
])('%s is one digit', (_, strokes) => {
  expect(groupStrokes(drawn(strokes))).toHaveLength(1);
});

test('digits in a row come from left to right, in whichever order they were drawn', () => {
  const [first, second, third] = [drawn(four), drawn(strokesOf('1'), 0.25), drawn(five, 0.7)];
  const groups = groupStrokes([...third, ...first, ...second]);
  expect(groups.map(({ strokes }) => strokes.length)).toEqual([2, 1, 2]);
  expect(groups.map(({ extent }) => extent.left)).toEqual(
    groups.map(({ extent }) => extent.left).sort((a, b) => a - b),
  );
  expect(groups[1]?.strokes).toEqual(second);
});

test('two ones side by side are eleven', () => {
  expect(groupStrokes([...drawn(strokesOf('1')), ...drawn(strokesOf('1'), 0.15)])).toHaveLength(2);
});

test('a dot belongs to the digit next to it; nothing is no digit', () => {
  const dot = drawn([[[0.9, 0.8]]]);
  expect(groupStrokes([...drawn(strokesOf('3')), ...dot])).toHaveLength(1);
  expect(groupStrokes([])).toEqual([]);
});

test.each([
  ['apart', 1.5],
  ['on one spot', 0],
])(
  'no two strokes are compared twice, however many groups they join on the way: 60 strokes %s',
  (_, apart) => {
    let reads = 0;
    const strokes = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 10 }, (_, k) => ({
        get x() {
          reads++;
          return (apart * (i % 8)) / 8 + 0.1 * Math.sin(5 * i + 2 * k);
        },
        y: 0.5 + 0.1 * Math.cos(3 * i + k),
        width: 0.005,
      })),
    );
    groupStrokes(strokes);
    // 1.9 readings for two points of two strokes, measured.
    const pairs = ((60 * 59) / 2) * 10 * 10;
    expect(reads).toBeLessThan(3 * pairs);
    expect(reads).toBeGreaterThan(0);
  },
);

describe('numbers of the same hand', () => {
  const hand = [
    ...[0, 1, 3].map((digit) => [digit, strokesOf(String(digit))] as const),
    [4, four.map((stroke) => smooth(stroke))],
    [5, five.map((stroke) => smooth(stroke))],
    [7, [...strokesOf('7'), ...seven.slice(1).map((stroke) => smooth(stroke))]],
  ] as const;
  const written = hand.map(([label, strokes]) => ({
    label,
    writer: 1,
    strokes: strokes.map((stroke) => stroke.map(([x, y]) => ({ x: 100 * x, y: 100 * y }))),
  }));

  test.each([
    ['apart', 2, false],
    ['apart', 3, false],
    ['whose ink touches', 2, true],
    ['whose ink touches', 3, true],
  ])('%s, of %i digits, are told apart: 9 of 10 at least', (_, digits, touching) => {
    const numbers = drawNumbers(written, { digits, touching, n: 50, seed: 3 });
    const right = numbers.filter((number) => isRight(groupStrokes(number.flat()), number)).length;
    expect(right).toBeGreaterThanOrEqual(45);
  });
});

describe('a long drawing', () => {
  /** A point that counts how often it is looked at. */
  function counted(stroke: readonly PenPoint[], count: () => void): PenPoint[] {
    return stroke.map(({ x, y, width }) => ({
      get x() {
        count();
        return x;
      },
      y,
      width,
    }));
  }
  const walk = (n: number, i: number) =>
    Array.from({ length: n }, (_, k) =>
      snap(0.5 + 0.4 * Math.sin(7 * i + k / 9), 0.5 + 0.4 * Math.cos(5 * i + k / 7), lineWidth),
    );

  test('costs, for each movement, what the growing stroke meets: not all pairs of 200 strokes again', () => {
    let looks = 0;
    const finished = Array.from({ length: 199 }, (_, i) => counted(walk(25, i), () => looks++));
    const group = createGrouping();
    const growing = walk(30, 200);
    group([...finished, growing.slice(0, 20)]);
    const first = looks;
    looks = 0;
    group([...finished, growing.slice(0, 21)]);
    expect(looks).toBeLessThan(first / 20);
    looks = 0;
    group([...finished.slice(3), growing.slice(0, 22)]); // what was drawn before is gone: the others are still known
    expect(looks).toBeLessThan(first / 20);
  });

  test('is grouped as if it were seen for the first time, whatever is drawn, undone and erased', () => {
    const place = fc.record({
      x: fc.integer({ min: 0, max: 4096 }).map((step) => step / 4096),
      y: fc.integer({ min: 0, max: 4096 }).map((step) => step / 4096),
    });
    const stroke = fc
      .array(place, { minLength: 1, maxLength: 12 })
      .map((places) => places.map(({ x, y }) => snap(x, y, lineWidth / 2)));
    fc.assert(
      fc.property(
        fc.array(stroke, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (strokes, gone) => {
          const group = createGrouping();
          const left = [...strokes];
          for (const [i] of strokes.entries()) {
            const some = strokes.slice(0, i + 1);
            expect(group(some)).toEqual(groupStrokes(some));
          }
          for (const at of gone) {
            left.splice(at % Math.max(1, left.length), 1);
            expect(group([...left])).toEqual(groupStrokes(left));
          }
        },
      ),
    );
  });
});
