// Pictures by which a training is judged have the name that is true of them: a test is what nobody chose a checkpoint by.
import { expect, test } from 'vitest';
import { heldOutOf } from '../../models/held-out.ts';
import { datasets } from '../../train/datasets/index.ts';

test('every data set that Trainyard brings has test pictures, folders and data sets of a user validate', () => {
  expect(datasets.map(({ name }) => heldOutOf({ dataset: name }))).toEqual(datasets.map(() => 'test'));
  expect(heldOutOf({ dataset: 'bars' })).toBe('validation');
  expect(heldOutOf({ dataset: '/home/photos', folder: { size: 64 } })).toBe('validation');
  expect([heldOutOf({}), heldOutOf(undefined)]).toEqual(['test', 'test']);
});
