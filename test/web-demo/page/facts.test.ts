// What the page says of a model: by which pictures it was judged, in the words of `inspect` and of reports.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { factsOf } from '../../../web-demo/page/models/facts.ts';
import { shippedModels } from '../../shipped.ts';
import { readSingleCard } from '../../single-card.ts';

const card = readSingleCard(readFileSync(shippedModels.cifar));
const metrics = { loss: 0, ...card.metrics, n: 200, accuracy: 0.955 };
const folder = { side: 32, validation: 0.2 };

test.each([
  ['a data set', card.recipe, card.datasets, 'test pictures'],
  [
    'a folder without a test',
    { ...card.recipe, folder },
    card.datasets.filter(({ split }) => split !== 'test'),
    'validation pictures',
  ],
  ['a model from elsewhere', {}, [], 'pictures'],
])('the accuracy is of the pictures that were kept apart: %s', (_name, recipe, datasets, pictures) => {
  const facts = new Map(factsOf({ ...card, metrics, recipe, datasets }, undefined, undefined));
  expect(facts.get('Accuracy')).toBe(`95.5 % of 200 ${pictures}; 9 wrong`);
  expect(facts.has('Trained on')).toBe(datasets.length > 0);
});
