// The stroke that makes an answer what it is: each is left out once, and the whole drawing read again.
import { expect, test } from 'vitest';
import type { Classification, Picture } from '../../../web-demo/component/index.ts';
import { groupStrokes } from '../../../web-demo/page/draw/groups.ts';
import { createQuestions } from '../../../web-demo/page/draw/question.ts';
import { type Stroke, snap } from '../../../web-demo/page/draw/strokes.ts';
import { withoutStroke } from '../../../web-demo/page/draw/without-stroke.ts';

/** Strokes above each other, which are one digit; each is known by its height above the others. */
const column = (x: number, n: number): Stroke[] =>
  Array.from({ length: n }, (_, i) => [snap(x, (i + 1) / 32, 0.01), snap(x + 0.1, (i + 1) / 32, 0.01)]);

/** One stroke, as high as a column of so many. */
const bar = (x: number, n: number): Stroke => [snap(x, 1 / 32, 0.01), snap(x, n / 32, 0.01)];

/** A picture of a digit is the list of its strokes' heights, in steps. */
const questionOf = createQuestions(({ strokes }) => ({
  data: Uint8Array.from(strokes.map(([point]) => Math.round(32 * (point?.y ?? 0))).sort((a, b) => a - b)),
  width: strokes.length,
  height: 1,
  channels: 1,
}));

/** Reads each picture by a rule; counts the pictures of each run. */
function reader(rule: (heights: readonly number[]) => readonly [label: string, probability: number]) {
  const runs: number[] = [];
  const model = {
    async classify(pictures: readonly Picture[]): Promise<Classification[]> {
      runs.push(pictures.length);
      return pictures.map(({ data }) => {
        const [label, probability] = rule([...data]);
        const rest = {
          task: 'single' as const,
          predictions: [],
          probabilities: new Float32Array(),
          input: new Uint8Array(),
        };
        return { label, probability, ...rest, shape: [28, 28, 1], milliseconds: 0 };
      });
    },
  };
  return { runs, model };
}

async function find(
  strokes: readonly Stroke[],
  before: string,
  rule: (heights: readonly number[]) => readonly [string, number],
  signal = new AbortController().signal,
) {
  const digits = groupStrokes(strokes);
  const { runs, model } = reader(rule);
  const [digit] = digits;
  if (!digit) throw new Error('no digit');
  const found = await withoutStroke({ strokes, digits }, digit, before, questionOf, model, signal);
  return { found, index: found ? strokes.indexOf(found.part.stroke) : -1, runs, digits };
}

/** What is read without the first, the second and the third stroke. */
const missing =
  (...readings: (readonly [string, number])[]) =>
  (heights: readonly number[]) =>
    readings[[1, 2, 3].findIndex((height) => !heights.includes(height))] ?? (['4', 0.9] as const);

test.each([
  [
    'none changes it: the one without which it is the least sure',
    missing(['4', 0.8], ['4', 0.3], ['4', 0.5]),
    1,
  ],
  ['one changes it, though another lowers it more', missing(['1', 0.4], ['4', 0.2], ['4', 0.9]), 0],
  ['several change it: the surest', missing(['1', 0.5], ['7', 0.8], ['9', 0.6]), 1],
])('%s', async (_, rule, expected) => {
  const { index, found } = await find(column(0.4, 3), '4', rule);
  expect(index).toBe(expected);
  expect(found).toMatchObject({ label: rule([0, 1, 2, 3].filter((each) => each !== expected + 1))[0] });
});

test('of several digits the whole number is read, as sure as all of them are', async () => {
  const strokes = [...column(0.1, 3), bar(0.7, 3)];
  const { found, digits } = await find(strokes, '41', (heights) =>
    heights.length === 1 ? ['1', 0.5] : heights.includes(1) ? ['4', 0.9] : ['7', 0.75],
  );
  expect(digits.map(({ strokes }) => strokes.length)).toEqual([3, 1]);
  expect(found).toMatchObject({ label: '71', probability: 0.375 });
});

test('about 16 pictures are asked for at once, and none after the signal', async () => {
  const strokes = [...column(0.1, 20), bar(0.7, 20)];
  expect((await find(strokes, '41', () => ['4', 0.9])).runs).toEqual([16, 16, 8]);
  const stopped = AbortSignal.abort(new Error('the pen came down'));
  await expect(find(strokes, '41', () => ['4', 0.9], stopped)).rejects.toThrow('the pen came down');
});

test('of one stroke nothing is left, and nothing is asked', async () => {
  const { found, runs } = await find(column(0.4, 1), '1', () => ['1', 1]);
  expect([found, runs]).toEqual([undefined, []]);
});
