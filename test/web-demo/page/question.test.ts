// What a drawing asks: a picture of each digit from left to right, and which one was drawn on last.
import { expect, test } from 'vitest';
import { createQuestions } from '../../../web-demo/page/draw/question.ts';
import { snap } from '../../../web-demo/page/draw/strokes.ts';

const bar = (x: number) => [snap(x, 0.2, 0.04), snap(x, 0.8, 0.04)];
const raster = ({ strokes }: { strokes: readonly (readonly { x: number }[])[] }) => ({
  data: Uint8Array.of(Math.round(100 * (strokes[0]?.[0]?.x ?? 0))),
  width: 1,
  height: 1,
  channels: 1 as const,
});

test('digits from left to right, whichever was drawn first', () => {
  const question = createQuestions(raster)({ strokes: [bar(0.8), bar(0.2), bar(0.5)], penDown: false });
  expect(question?.pictures.map(({ data }) => data[0])).toEqual([20, 50, 80]);
  expect(question?.chosen).toBe(1);
});

test('an empty drawing asks nothing', () => {
  expect(createQuestions(raster)({ strokes: [], penDown: false })).toBeUndefined();
});
