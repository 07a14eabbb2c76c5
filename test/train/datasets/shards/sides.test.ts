// The sides of shards by their names.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findShards } from '../../../../train/datasets/folder/shards/index.ts';
import { sideOfShard } from '../../../../train/datasets/folder/shards/sides.ts';
import { temporaryPlace } from '../folder/pictures.ts';
import { here } from './support.ts';

it.each([
  ['data/train-00000-of-00002.parquet', 'train'],
  ['train-00000-of-00001-9f3a.parquet', 'train'],
  ['default/validation/0000.parquet', 'valid'],
  ['train_data/val/0000.parquet', 'valid'],
  ['test/train-0.tar', 'train'],
  ['imagenette2-val-000001.tar', 'valid'],
  ['TEST.parquet', 'test'],
  ['trainyard.parquet', undefined],
  ['train-or-test.parquet', undefined],
  ['00000.tar', undefined],
])('%s: %s', (path, side) => {
  expect(sideOfShard(path)).toBe(side);
});

it('are not said where all are to train on, whatever others are called; beside another, those without one are passed', async () => {
  const place = temporaryPlace();
  const add = (name: string) => copyFileSync(join(here, 'plain', 'none.parquet'), join(place.path, name));
  add('train-0.parquet');
  add('more.parquet');
  expect((await findShards(place.path))?.listing.found).toHaveLength(16);
  add('dev.parquet');
  const listing = (await findShards(place.path))?.listing;
  expect(listing?.found.map(({ split }) => split)).toEqual([
    ...Array(8).fill('valid'),
    ...Array(8).fill('train'),
  ]);
  expect(listing?.notes).toEqual(['Not looked at, since their names say no side: more.parquet.']);
  place.close();
});
