// What is too much work is known before a picture is decoded, and said in words for its sender.
import { describe, expect, test } from 'vitest';
import { planPrepare } from '../../../models/image/prepare.ts';
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
    'the resize',
    { width: 1, height: 50_000_000 },
    model(224),
    /^of 1x50000000, whose 1x50000000 pixels for an input of 224x224 are as much work as 44\d\.\d megapixels; expected at most 300: make it smaller$/,
  ],
  [
    'scans more than rows',
    { width: 7000, height: 7000, scans: 55 },
    { ...model(224), shape: [96, 128, 3] },
    /^of 7000x7000, whose 55 scans are as much work as 313\.7 megapixels; expected at most 300: make it smaller$/,
  ],
  [
    'pixels between the passes, for an input that is no square',
    { width: 707, height: 70_700 },
    { ...model(224), shape: [96, 2048, 3] },
    /^of 707x70700, which becomes 144\.8 megapixels on its way to the 2048x96 of the model; expected at most 50/,
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

test('what is as much as it may be is served', () => {
  expect(tooMuch({ width: 10_000, height: 5_000 }, most)).toBeUndefined();
  // 200 rows of 16 pixels between the passes.
  const picture = { width: 3, height: 200 };
  expect(tooMuch(picture, 3200, model(16))).toBeUndefined();
  expect(tooMuch(picture, 3199, model(16))).toMatch(/becomes 0\.1 megapixels on its way to the 16x16/);
  // 600 pixels, and 3,000 that 200 rows are as much as.
  const rows = { width: 3, height: 200, scans: 51 };
  expect(workOf(rows)).toBe(600 + 800 + 3000);
  expect(tooMuch(rows, 4400 / 6)).toBeUndefined();
  expect(tooMuch(rows, 4399 / 6)).toMatch(/^of 3x200, whose 51 scans are/);
});

test('the work is that of pixels, of rows, of scans, and of a resize that is more than pixels', () => {
  const picture = { width: 1000, height: 100 };
  expect(workOf(picture)).toBe(100_000 + 100 * 4);
  expect(workOf({ ...picture, bySharp: true })).toBe(100_000 + 100 * 64);
  expect(workOf({ ...picture, scans: 11 })).toBeCloseTo(100_000 + 100 * 4 + 10 * 10_000, 6);
  expect(workOf({ ...picture, decoded: 400_000 })).toBe(400_000 + 100 * 4);
  expect(workOf({ ...picture, decoded: 40_000 })).toBe(100_000 + 100 * 4);
  const digit: Target = { shape: [28, 28, 1], prepare: { rule: 'digit' } };
  expect(workOf(picture, digit)).toBe(workOf(picture));
  for (const side of [8, 64, 512]) {
    const { shape, prepare } = model(side);
    const steps = planPrepare(picture, shape, prepare)?.steps ?? Number.NaN;
    expect(workOf(picture, model(side))).toBeCloseTo(100_400 + Math.max(0, 0.2 * steps - 100_000), 3);
  }
});

test('the work of an ordinary picture is that of its pixels; a thin one for a wide input is more', () => {
  const ordinary = { width: 1200, height: 900 };
  expect(workOf(ordinary, model(224)) / (1200 * 900)).toBeLessThan(1.7);
  expect(workOf({ width: 1, height: 17_000 }, model(224)) / 17_000).toBeGreaterThan(50);
});
