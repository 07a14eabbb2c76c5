// How a name that is taken gets a number.
import { expect, it } from 'vitest';
import { uniqueNames } from '../../../models/onnx/unique-names.ts';

it('counts each base by itself, and passes over numbers that are taken', () => {
  const unique = uniqueNames(['image', 'Conv_1']);
  expect(['Conv', 'Conv', 'image', 'Conv', 'Add', 'image_1'].map(unique)).toEqual([
    'Conv',
    'Conv_2',
    'image_1',
    'Conv_3',
    'Add',
    'image_1_1',
  ]);
});
