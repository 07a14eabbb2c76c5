// How two models are asked the same, and how far their answers are apart.
import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../export/parity/classifier.ts';
import { absolute, compareOn, maxDifference, relative } from '../../../export/parity/compare.ts';
import { compareClassifiers } from '../../../export/parity/index.ts';

const infinite = Number.POSITIVE_INFINITY;

describe('largestDifference', () => {
  it('is of all pairs the one that is furthest apart, in the measure asked for', () => {
    expect(maxDifference([1, 100, 3], [1.5, 101, 3], absolute)).toBe(1);
    expect(maxDifference([1, 100, 3], [1.5, 101, 3], relative)).toBe(0.5);
    expect(maxDifference([0.1], [0.2], relative)).toBeCloseTo(0.1, 12);
  });

  it('is infinite for another number of numbers, and for no number', () => {
    expect(maxDifference([1, 2], [1], absolute)).toBe(infinite);
    expect(maxDifference([1, 2], [Number.NaN, 2], absolute)).toBe(infinite);
    expect(maxDifference([1, 2], [Number.NaN, 2], relative)).toBe(infinite);
  });

  it('lets two runtimes agree on NaN and infinity where the network itself gives them, but not for probabilities', () => {
    const special = [Number.NaN, infinite, -infinite];
    expect(maxDifference(special, special, relative)).toBe(0);
    expect(maxDifference(special, special, absolute)).toBe(infinite);
    expect(maxDifference([0, -0], [-0, 0], relative)).toBe(0);
  });
});

it('compareOn asks the reference first, then the candidate, of each input in turn', async () => {
  const asked: string[] = [];
  const answer = (who: string) => async (input: number) => {
    asked.push(`${who} ${input}`);
    return input * (who === 'reference' ? 2 : 3);
  };
  const measured = await compareOn([1, 2], answer('reference'), answer('candidate'), (a, b, input) => [
    a,
    b,
    input,
  ]);
  expect(measured).toEqual([
    [2, 3, 1],
    [4, 6, 2],
  ]);
  expect(asked).toEqual(['reference 1', 'candidate 1', 'reference 2', 'candidate 2']);
});

it('compareClassifiers cuts pictures into batches, the last of them smaller, and gives all answers of both', async () => {
  const sizes: number[] = [];
  // Pictures of 784,000 bytes: two of them are a batch.
  const size = 784_000;
  const classifier = (offset: number): Classifier => ({
    async classify(images) {
      sizes.push(images.length / size);
      return Float32Array.from({ length: (2 * images.length) / size }, (_, i) => i + offset);
    },
    async close() {},
  });
  const images = (from: number, to: number) => new Uint8Array((to - from) * size);
  const { parity, expected, got } = await compareClassifiers(classifier(0), classifier(0.25), images, 5);
  expect(sizes).toEqual([2, 2, 2, 2, 1, 1]);
  expect(parity).toMatchObject({ n: 5, maxProbabilityDifference: 0.25, changedLabels: 0 });
  expect([...expected]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
  expect([...got]).toEqual([...expected].map((value) => value + 0.25));

  sizes.length = 0;
  expect((await compareClassifiers(classifier(0), classifier(0), images, 4)).parity.n).toBe(4);
  expect(sizes).toEqual([2, 2, 2, 2]);
});

it('compareClassifiers asks for no picture where there is none', async () => {
  const unasked = async () => {
    throw new Error('asked for pictures');
  };
  const classifier: Classifier = { classify: unasked, close: unasked };
  const images = () => {
    throw new Error('asked for a picture');
  };
  expect((await compareClassifiers(classifier, classifier, images, 0)).parity).toEqual({
    n: 0,
    maxProbabilityDifference: 0,
    changedLabels: 0,
    ties: 0,
  });
});
