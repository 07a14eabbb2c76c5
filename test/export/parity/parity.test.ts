// When two models answer alike: how far probabilities may be apart, and which changed labels count.
import { describe, expect, it } from 'vitest';
import { changesInWords, combine, compare, holds } from '../../../export/parity/index.ts';
import { TOLERANCE } from '../../../models/tolerance.ts';

/** Two pictures of three classes. */
const rows = (...values: number[]) => Float32Array.from(values);
const sure = [0.1, 0.2, 0.7] as const;

describe('compare', () => {
  it('finds the largest difference and the labels that change', () => {
    const parity = compare(rows(0.5, 0.3, 0.2, ...sure), rows(0.3, 0.5, 0.2, ...sure), 2);
    expect(parity).toMatchObject({ n: 2, changedLabels: 1, ties: 0 });
    expect(parity.maxProbabilityDifference).toBeCloseTo(0.2, 6);
    expect(holds(parity, 0.5)).toBe(false);
    expect(changesInWords(parity)).toBe('1 changed labels');
  });

  it('lets rounding decide between two classes that were held for equally likely', () => {
    const parity = compare(rows(0.400006, 0.4, 0.199994, ...sure), rows(0.4, 0.400006, 0.199994, ...sure), 2);
    expect(parity).toMatchObject({ n: 2, changedLabels: 1, ties: 1 });
    expect(holds(parity, TOLERANCE)).toBe(true);
    expect(holds(parity, 1e-6)).toBe(false);
    expect(changesInWords(parity)).toBe('1 changed labels, 1 of them a tie');
  });

  it('takes no label for a tie that was clear before, however near the two come', () => {
    const parity = compare(rows(0.4001, 0.4, 0.1999, ...sure), rows(0.4, 0.400001, 0.199999, ...sure), 2);
    expect(parity).toMatchObject({ changedLabels: 1, ties: 0 });
    expect(holds(parity, 0.01)).toBe(false);
  });

  it('takes no number and another number of answers for the largest difference', () => {
    expect(holds(compare(rows(...sure), rows(0.1, Number.NaN, 0.7), 1), 1)).toBe(false);
    expect(compare(rows(...sure), rows(0.3, 0.7), 1)).toMatchObject({
      maxProbabilityDifference: Number.POSITIVE_INFINITY,
      changedLabels: 1,
      ties: 0,
    });
  });
});

it('adds up the parts of a test set', () => {
  const parts = [
    { n: 3, maxProbabilityDifference: 1e-7, changedLabels: 2, ties: 1 },
    { n: 4, maxProbabilityDifference: 2e-7, changedLabels: 1, ties: 1 },
  ];
  expect(combine(parts)).toEqual({ n: 7, maxProbabilityDifference: 2e-7, changedLabels: 3, ties: 2 });
});
