// A drawing changes only as a pen can change it, and what was drawn before is never touched.
import { describe, expect, test } from 'vitest';
import {
  begin,
  emptyDrawing,
  extend,
  finish,
  lineWidth,
  widthFor,
} from '../../../web-demo/page/draw/strokes.ts';

const at = (x: number, y: number) => ({ x, y, width: lineWidth });

describe('a stroke', () => {
  test('grows from pen down to pen up', () => {
    const down = begin(emptyDrawing, at(0.1, 0.1));
    const moved = extend(down, [at(0.2, 0.1), at(0.3, 0.1)]);
    const up = finish(moved);
    expect(up).toEqual({ strokes: [[at(0.1, 0.1), at(0.2, 0.1), at(0.3, 0.1)]], penDown: false });
    expect(down.strokes).toEqual([[at(0.1, 0.1)]]);
  });

  test('does not grow while the pen is up, nor from a tremble that nobody can see', () => {
    const up = finish(begin(emptyDrawing, at(0.1, 0.1)));
    expect(extend(up, [at(0.5, 0.5)])).toBe(up);
    const down = begin(emptyDrawing, at(0.1, 0.1));
    expect(extend(down, [at(0.1005, 0.1)])).toBe(down);
  });
});

test('pens press from half to one and a half of the width; mice and fingers always draw the same', () => {
  expect(widthFor('pen', 1e-6)).toBeCloseTo(lineWidth / 2, 6);
  expect(widthFor('pen', 0.5)).toBeCloseTo(lineWidth, 6);
  expect(widthFor('pen', 1)).toBeCloseTo(1.5 * lineWidth, 6);
  expect(widthFor('pen', 0)).toBe(lineWidth); // A pen without a sensor says 0.
  expect(widthFor('mouse', 0.5)).toBe(lineWidth);
  expect(widthFor('touch', 1)).toBe(lineWidth);
});
