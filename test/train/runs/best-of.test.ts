// Which epoch is the best one, whose checkpoint is kept and exported: by hand, not by the function itself.
import { expect, it } from 'vitest';
import { bestOf, type EpochRow } from '../../../train/runs/checkpoint.ts';

const row = (epoch: number, errorRate: number, validLoss: number) =>
  ({ epoch, step: epoch * 10, trainLoss: 1, validLoss, errorRate }) as EpochRow;

it.each<[string, EpochRow[], number | undefined]>([
  ['the fewest errors, in the middle', [row(1, 0.3, 0.1), row(2, 0.1, 0.9), row(3, 0.2, 0.2)], 2],
  ['of as many errors the lower loss', [row(1, 0.1, 0.5), row(2, 0.1, 0.4), row(3, 0.1, 0.6)], 2],
  ['of equal ones the first', [row(1, 0.2, 0.5), row(2, 0.1, 0.4), row(3, 0.1, 0.4)], 2],
  ['the only one', [row(1, 0.9, 9)], 1],
  ['none before the first epoch', [], undefined],
])('%s', (_, history, best) => {
  expect(bestOf(history)?.epoch).toBe(best);
});
