// Pictures by which a training is judged have the name that is true of them: a test is what nobody chose a checkpoint by.
import { expect, test } from 'vitest';
import { heldOutOf, splitOfMetrics } from '../../models/held-out.ts';
import { datasets } from '../../train/datasets/index.ts';

test('what validates is called so; a recipe that trains on all else, as those of earlier versions, is tested', () => {
  for (const validation of [5000, 1]) expect(heldOutOf({ dataset: 'mnist', validation })).toBe('validation');
  expect(heldOutOf({ dataset: 'mnist', validation: 'test' })).toBe('test');
  expect(datasets.map(({ name }) => heldOutOf({ dataset: name }))).toEqual(datasets.map(() => 'test'));
  expect(heldOutOf({ dataset: 'bars' })).toBe('validation');
  expect(heldOutOf({ dataset: '/home/photos', folder: { size: 64 } })).toBe('validation');
  expect([heldOutOf({}), heldOutOf(undefined)]).toEqual(['test', 'test']);
});

test.each([
  ['test', { dataset: 'mnist', validation: 5000 }, ['train', 'validation', 'test']],
  ['validation', { dataset: 'bars' }, ['train', 'validation']],
  ['test', { dataset: '/photos', folder: {} }, ['train', 'validation', 'test']],
  ['test', { dataset: 'mnist', validation: 'test' }, ['train', 'test']],
  ['test', { dataset: 'mnist' }, ['train', 'test']],
  // A card of an earlier version, in which what validated was called the test.
  ['validation', { dataset: '/photos', folder: {} }, ['train', 'test']],
] as const)('the figures of a card are of its %s pictures: %j, %j', (name, recipe, splits) => {
  expect(splitOfMetrics({ recipe, datasets: splits.map((split) => ({ split })) })).toBe(name);
});
