// When patience ends a training: counted from the best epoch, not in a frozen stage, and anew where more epochs are given.
import { expect, it } from 'vitest';
import { hasEndedEarly, patienceInWords } from '../../../train/runs/patience.ts';

const progressOf = (errors: readonly number[], step = errors.length * 10) => ({
  ...{ step, stepsPerEpoch: 10 },
  history: errors.map((errorRate, i) => ({
    ...{ epoch: i + 1, step: 10 * (i + 1), trainLoss: 0.1, validLoss: 0.1, errorRate },
  })),
});

const frozen = { epochs: 2, schedule: { name: 'constant', learningRate: 1 } } as const;
const longer = [{ until: 30, epochs: 3 }];

it.each<[string, Parameters<typeof hasEndedEarly>[0], ReturnType<typeof progressOf>, boolean]>([
  ['none', {}, progressOf([0.1, 0.2, 0.3, 0.4]), false],
  ['one epoch too few', { patience: 2 }, progressOf([0.1, 0.2]), false],
  ['as many', { patience: 2 }, progressOf([0.1, 0.2, 0.3]), true],
  ['an equal one is not better', { patience: 2 }, progressOf([0.1, 0.1, 0.1]), true],
  ['a better one since', { patience: 2 }, progressOf([0.3, 0.4, 0.2, 0.4]), false],
  ['within an epoch', { patience: 2 }, progressOf([0.1, 0.2, 0.3], 35), false],
  ['a frozen stage', { patience: 2, freeze: frozen }, progressOf([0.1, 0.2, 0.3]), false],
  ['after it', { patience: 2, freeze: frozen }, progressOf([0.1, 0.2, 0.3, 0.3]), true],
  ['more epochs', { patience: 2, formerLengths: longer }, progressOf([0.1, 0.2, 0.3, 0.4]), false],
  ['and then', { patience: 2, formerLengths: longer }, progressOf([0.1, 0.2, 0.3, 0.4, 0.5]), true],
])('%s', (_, recipe, progress, expected) => {
  expect(hasEndedEarly(recipe, progress)).toBe(expected);
});

it('is said where the learning rate falls until the last epoch', () => {
  expect(patienceInWords({ patience: 3, schedule: { name: 'cosine', learningRate: 1 } })).toContain(
    '--patience 3 may end the training before its learning rate has fallen (schedule cosine)',
  );
  expect(patienceInWords({ patience: 3, schedule: { name: 'constant', learningRate: 1 } })).toBeUndefined();
  expect(patienceInWords({ schedule: { name: 'cosine', learningRate: 1 } })).toBeUndefined();
});
