// The eraser takes what it passes over, cuts strokes in two, and leaves the rest as it was.
import { expect, test } from 'vitest';
import { eraseAlong, eraserRadius } from '../../../web-demo/page/draw/erase.ts';
import { lineWidth, snap } from '../../../web-demo/page/draw/strokes.ts';

const at = (x: number, y: number) => snap(x, y, lineWidth);
const across = { strokes: [[at(0.1, 0.5), at(0.9, 0.5)]], penDown: false };

test('a stroke of two distant points is cut in the middle', () => {
  const { strokes } = eraseAlong(across, { x: 0.5, y: 0.2 }, { x: 0.5, y: 0.8 });
  expect(strokes).toHaveLength(2);
  const [left = [], right = []] = strokes;
  expect([left[0], right.at(-1)]).toEqual([at(0.1, 0.5), at(0.9, 0.5)]);
  const reach = eraserRadius + lineWidth / 2;
  expect(left.at(-1)?.x).toBeLessThan(0.5 - reach);
  expect(left.at(-1)?.x).toBeGreaterThan(0.5 - reach - eraserRadius);
  expect(right[0]?.x).toBeGreaterThan(0.5 + reach);
});

test('beside a stroke nothing changes: it is the same drawing', () => {
  expect(eraseAlong(across, { x: 0.1, y: 0.2 }, { x: 0.9, y: 0.2 })).toBe(across);
});

test('along a stroke all of it goes; the others are the same objects', () => {
  const two = { strokes: [...across.strokes, [at(0.2, 0.9), at(0.8, 0.9)]], penDown: false };
  const { strokes } = eraseAlong(two, { x: 0.05, y: 0.5 }, { x: 0.95, y: 0.5 });
  expect(strokes).toEqual([two.strokes[1]]);
  expect(strokes[0]).toBe(two.strokes[1]);
});

test('a dot goes at a touch', () => {
  const dot = { strokes: [[at(0.5, 0.5)]], penDown: false };
  expect(eraseAlong(dot, { x: 0.52, y: 0.5 }, { x: 0.52, y: 0.5 }).strokes).toEqual([]);
});
