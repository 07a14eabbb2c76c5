// How far apart two answers may be, number by number: the tables of the bounds, of which each is met and passed.
import { describe, expect, it } from 'vitest';
import { isDecidedByRounding, isOfItsChannel, roundingsApart } from '../../../export/parity/allowed.ts';

const [INFINITE, NONE] = [Number.POSITIVE_INFINITY, Number.NaN];

describe('isOfItsChannel', () => {
  it.each<[string, number[], number[], number, boolean]>([
    ['a difference at the tolerance of all answers', [0, 1], [1e-5, 1], 2, true],
    ['a little more, which is no share of the channel', [0, 1], [1.1e-5, 1], 2, false],
    ['a difference at the share of the channel', [1000, 0], [1000, 0.002], 1, true],
    ['a little more', [1000, 0], [1000, 0.00201], 1, false],
    ['the largest number comes first, and smaller ones after it', [1000, 5, 1], [1000, 5, 1.0019], 1, true],
    ['it comes last', [1, 5, 1000], [1.0019, 5, 1000], 1, true],
    ['it is negative', [-1000, 1], [-1000, 1.0019], 1, true],
    ['it is in another channel', [1000, 1, 1, 1], [1000, 1.0019, 1, 1], 2, false],
    ['it is in the same channel of another row', [1, 1000, 1, 1], [1, 1000, 1, 1.0019], 2, true],
    ['the difference is in one of its rows only', [1000, 1, 1], [1000, 1, 1.0021], 1, false],
    ['another is infinite, in both', [INFINITE, 1], [INFINITE, 1.0019], 1, false],
    ['another is no number, in both', [NONE, 1000, 1], [NONE, 1000, 1.0019], 1, true],
    ['one is no number in the file', [1000, 1], [1000, NONE], 1, false],
    ['the file gives fewer numbers', [1, 1], [1], 1, false],
    ['the file gives more numbers', [1], [1, 1], 1, false],
  ])('%s', (_, expected, got, channels, holds) => {
    expect(isOfItsChannel({ expected, got, channels })).toBe(holds);
  });
});

describe('isDecidedByRounding', () => {
  const ten = (...first: number[]) => Array.from({ length: 10 }, (_, i) => first[i] ?? 0);
  it.each<[string, number[], number[] | undefined, boolean]>([
    ['a tenth of the numbers moves by more than a tenth', ten(), ten(0.11), true],
    ['it moves by a tenth', ten(), ten(0.1), false],
    ['fewer than a tenth of them move', [...ten(), 0], [...ten(5), 0], false],
    ['it moves by less than a tenth of itself', ten(100), ten(9), false],
    ['it moves by more than a tenth of itself', ten(100), ten(11), true],
    ['of a negative number', ten(-100), ten(9), false],
    ['a small number moves by more than a tenth of itself alone', ten(0.01), ten(0.05), false],
    ['nothing moves', ten(), ten(), false],
    ['there are no numbers', [], [], false],
    ['nothing is known of rounding', ten(), undefined, false],
    ['nothing is known, and there are no numbers', [], undefined, false],
  ])('%s', (_, expected, moved, isDecided) => {
    expect(isDecidedByRounding(expected, moved && Float64Array.from(moved))).toBe(isDecided);
  });
});

describe('roundingsApart', () => {
  const spread = (...values: number[]) => Float64Array.from(values);
  it.each<[string, number[], number[], Float64Array | undefined, number]>([
    [
      'counts those of the number that is furthest',
      [1, 2, 3],
      [1.001, 2.004, 3],
      spread(1e-3, 1e-3, 1e-3),
      4,
    ],
    ['counts none within the tolerance', [1, 2], [1 + 9e-6, 2], spread(1e-9, 1e-9), 0],
    ['counts none at the tolerance', [0, 2], [1e-5, 2], spread(1e-9, 1e-9), 0],
    ['counts those after one that moves without end', [1, 2], [5, 2.5], spread(INFINITE, 0.1), 5],
    ['counts the furthest wherever it is', [1, 2], [1.004, 2.001], spread(1e-3, 1e-3), 4],
    ['counts none where rounding moves without end', [1, 2], [5, 2], spread(INFINITE, 0), 0],
    ['is infinite where rounding moves nothing', [1, 2], [1, 2.5], spread(1, 0), INFINITE],
    ['is infinite where one is no number', [1, 2], [1, NONE], spread(1, 1), INFINITE],
    ['is infinite for another number of numbers', [1, 2], [1], spread(1, 1), INFINITE],
    ['allows more where nothing is known of rounding', [1, 2], [1 + 9e-5, 2], undefined, 0],
    ['and no more', [1, 2], [1 + 2e-4, 2], undefined, INFINITE],
  ])('%s', (_, expected, got, moved, roundings) => {
    expect(roundingsApart(expected, got, moved)).toBeCloseTo(roundings, 6);
  });
});
