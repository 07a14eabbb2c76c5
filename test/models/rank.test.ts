// The most probable labels first, held against Python's sort, which keeps the order of what is equal, as ours has to.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rank } from '../../models/rank.ts';
import { python } from '../python.ts';

const labels = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Few values, so that some are equal. */
const probability = fc.constantFrom(0, 0.125, 0.25, 0.5, 1);
const cases = fc.sample(
  fc.record({
    probabilities: fc.array(probability, { minLength: 6, maxLength: 6 }),
    top: fc.integer({ min: 0, max: 8 }),
  }),
  { numRuns: 200, seed: 1 },
);

it('is the order of Python, cut to as many as are asked for', () => {
  const sort = `
import json, sys
print(json.dumps([
    sorted(range(len(c['probabilities'])), key=lambda i: -c['probabilities'][i])[:c['top']]
    for c in json.load(sys.stdin)
]))`;
  const theirs: number[][] = JSON.parse(python(sort, [], Buffer.from(JSON.stringify(cases))));
  for (const [i, { probabilities, top }] of cases.entries()) {
    const expected = theirs[i]?.map((index) => ({
      index,
      label: labels[index],
      probability: probabilities[index],
    }));
    expect(rank(labels, Float32Array.from(probabilities), top)).toEqual(expected);
  }
});

it('has all labels where nothing is said', () => {
  expect(rank(['a', 'b'], [0.25, 0.75])).toEqual([
    { index: 1, label: 'b', probability: 0.75 },
    { index: 0, label: 'a', probability: 0.25 },
  ]);
});
