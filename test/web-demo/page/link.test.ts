// A link holds a drawing to the bit, is short, and never breaks the page.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeDrawing, encodeDrawing, longest } from '../../../web-demo/page/draw/link.ts';
import { lineWidth, snap } from '../../../web-demo/page/draw/strokes.ts';
import { real } from '../../real.ts';
import { strokesOf } from '../strokes.ts';

const place = real(-2, 3);
const width = fc.oneof(fc.constant(lineWidth), fc.double({ min: 0.01, max: 0.3, noNaN: true }));
const stroke = fc.array(
  fc.tuple(place, place, width).map((point) => snap(...point)),
  { minLength: 1, maxLength: 40 },
);

test('what was drawn comes back, with every width', () => {
  fc.assert(
    fc.property(fc.array(stroke, { minLength: 1, maxLength: 8 }), (strokes) => {
      const link = encodeDrawing({ strokes, penDown: false });
      expect(link).toMatch(/^[\w-]+$/);
      expect(decodeDrawing(link)).toEqual({ strokes, penDown: false });
    }),
  );
});

test('a digit takes a few hundred letters; what no longer fits an address is not read from one', () => {
  const strokes = strokesOf('3').map((one) => one.map(([x, y]) => snap(x, y, lineWidth)));
  expect(encodeDrawing({ strokes, penDown: false }).length).toBeLessThan(600);
  for (const n of [100, 10_000]) {
    const long = encodeDrawing({ strokes: new Array(n).fill(strokes[0]), penDown: false });
    expect(long.length).toBeGreaterThan(longest);
    expect(decodeDrawing(long)).toBeUndefined();
  }
});

test('any other text is no drawing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[\w-]{1,40}$/)), (text) => {
      const drawing = decodeDrawing(text);
      for (const { x, y, width } of drawing?.strokes.flat() ?? []) {
        expect(Number.isFinite(x) && Number.isFinite(y) && width > 0 && width < 1).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
  expect(decodeDrawing('')).toBeUndefined();
  expect(decodeDrawing('AQ0')).toBeUndefined(); // six points are said, none are there
});
