// What the server says when it is ready: what each model was measured on, and how to choose the one that answers.
import { expect, test } from 'vitest';
import type { Card, CardOf } from '../../models/card.ts';
import { announce } from '../../serve/announce.ts';
import { colors } from './harness.ts';
import { tinyModel } from './tiny-model.ts';

const { card, bytes } = await tinyModel(colors);
const served = (name: string, change: Partial<CardOf<'single'>>) => ({
  ...{ name, version: 1, path: '', sha256: '', bytes: bytes.length, written: 0, adopted: false },
  card: { ...card, ...change },
});
const datasets: Card['datasets'] = [{ name: 'flowers', split: 'train', n: 5, digest: '' }];

test('pictures of a published data set are test pictures, those of a user validation pictures, others pictures', () => {
  const models = [
    served('a', { datasets, recipe: { dataset: 'mnist' } }),
    served('b', { datasets, recipe: { folder: { size: 64 } } }),
    served('c', { datasets, recipe: { dataset: 'flowers' } }),
    served('d', { datasets: [] }),
  ];
  const lines = announce('http://x', models, models[0], undefined).split('\n');
  const called = ['test pictures', 'validation pictures', 'validation pictures', 'pictures'];
  expect(lines.slice(0, 4).map((line) => line.split('10,000 ')[1])).toEqual(
    called.map((words) => `${words} right`),
  );
});

test('it says which model answers, and what to write where for another', () => {
  const models = [served('a', {}), served('b', {})];
  expect(announce('http://x', models, models[1], undefined)).toContain(
    'answers when no ?model= is given: b (to choose another: --default-model, or its name in the file default-model of the repository)',
  );
  expect(announce('http://x', models.slice(1), models[1], undefined)).not.toContain('default-model');
});

test('what to try has a key where requests need one', () => {
  const models = [served('a', {})];
  const last = (needsKey: boolean) =>
    announce('http://x', models, models[0], undefined, undefined, needsKey).split('\n').at(-1);
  expect(last(true)).toBe('try:  curl -H "X-API-Key: $KEY" -F img=@picture.png http://x/classify');
  expect(last(false)).toBe('try:  curl -F img=@picture.png http://x/classify');
});
