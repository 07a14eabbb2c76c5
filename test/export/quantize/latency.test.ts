// What quantize says of times: the two that it prints and their ratio are of one round, so they cannot contradict each other.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { medianRound } from '../../../export/quantize/latency.ts';

const time = fc.double({ min: 0.01, max: 100, noNaN: true });

it('gives the round with the median ratio', () => {
  expect(
    medianRound([
      [1, 1.03],
      [2, 1.94],
      [4, 8],
    ]),
  ).toEqual({ before: 1, after: 1.03, ratio: 1.03 });
  fc.assert(
    fc.property(fc.array(fc.tuple(time, time), { minLength: 1, maxLength: 21 }), (rounds) => {
      const { before, after, ratio } = medianRound(rounds);
      const below = rounds.filter(([first, second]) => second / first < ratio).length;
      const above = rounds.filter(([first, second]) => second / first > ratio).length;
      return ratio === after / before && below <= rounds.length / 2 && above <= rounds.length / 2;
    }),
    { numRuns: 100 },
  );
});
