// What is too much work is known before a picture is decoded, and said in words for its sender.
import { describe, expect, test } from 'vitest';
import { type Target, type ToDecode, tooMuch, workOf } from '../../../models/image/work.ts';

const most = 50_000_000;
const model = (side: number, crop: 'stretch' | 'center' = 'stretch'): Target => ({
  shape: [side, side, 3],
  prepare: { rule: 'resize', filter: 'bicubic', crop },
});

describe('what is served', () => {
  const cases: [ToDecode, Target][] = [
    [{ width: 7000, height: 7000 }, model(224)],
    [{ width: 7000, height: 7000, scans: 12 }, model(384)],
    [{ width: 7000, height: 7000, bySharp: true }, model(518)],
    [{ width: 1, height: 2_000_000 }, model(224)],
    [{ width: 1, height: 2_000_000, bySharp: true }, model(224)],
    [{ width: 1, height: 50_000_000 }, model(224, 'center')],
    [{ width: 20_000_000, height: 1 }, model(224)],
    [{ width: 65_535, height: 700 }, model(1024)],
    [{ width: 700, height: 65_535 }, model(512)],
    [{ width: 24, height: 24 }, model(1024)],
    [
      { width: 50_000_000, height: 1 },
      { shape: [28, 28, 1], prepare: { rule: 'digit' } },
    ],
  ];
  test.each(cases)('%j for %j', (header, target) => {
    expect(tooMuch(header, most, target)).toBeUndefined();
  });
});

test.each<[string, ToDecode, Target, RegExp]>([
  [
    'pixels',
    { width: 10_000, height: 5_001 },
    model(224),
    /^of 10000x5001, which is 50\.1 megapixels; expected at most 50: make it smaller$/,
  ],
  [
    'rows, each of which takes sharp a microsecond',
    { width: 1, height: 49_000_000, bySharp: true },
    model(224),
    /^of 1x49000000, whose 49,000,000 rows are as much work as [\d,.]+ megapixels; expected at most 300/,
  ],
  [
    'scans',
    { width: 7000, height: 7000, scans: 99 },
    model(224),
    /^of 7000x7000, whose 99 scans are as much work as [\d,.]+ megapixels; expected at most 300/,
  ],
  [
    'pixels between the passes',
    { width: 707, height: 70_700 },
    model(2048),
    /^of 707x70700, which becomes 144\.8 megapixels on its way to the 2048x2048 of the model; expected at most 50/,
  ],
])('too much: %s', (_, header, target, words) => {
  expect(tooMuch(header, most, target)).toMatch(words);
});

test('the work of an ordinary picture is that of its pixels; a thin one for a wide input is more', () => {
  const ordinary = { width: 1200, height: 900 };
  expect(workOf(ordinary, model(224)) / (1200 * 900)).toBeLessThan(1.7);
  expect(workOf({ width: 1, height: 17_000 }, model(224)) / 17_000).toBeGreaterThan(50);
});
