// Pictures of a test: a folder test/, or --test elsewhere; nothing is trained or chosen by them, and leaks are named.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findingsInWords } from '../../../train/datasets/folder/findings-in-words.ts';
import type { Listing } from '../../../train/datasets/folder/listing.ts';
import { filesUnder } from '../../../train/datasets/folder/source.ts';
import { withTest } from '../../../train/datasets/folder/with-test.ts';
import { folderRecipe } from '../../../train/recipes/folder.ts';
import { resolveRecipe } from '../../../train/recipes/index.ts';
import { loadDataOf } from '../../../train/recipes/load-data.ts';
import { noise, type Place, temporaryPlace } from '../datasets/folder/pictures.ts';

let place: Place;
beforeAll(async () => {
  place = temporaryPlace();
  let seed = 0;
  for (const [side, n] of [
    ['train', 6],
    ['test', 3],
  ] as const)
    for (const label of ['cat', 'dog'])
      for (let i = 0; i < n; i++)
        place.write(`${side}/${label}/${i}.png`, await noise(seed++).png().toBuffer());
});
afterAll(() => place.close());

const chosen = { size: 32, architecture: 'small-cnn', options: {} } as const;
const sidesOf = (files: readonly string[] | undefined) => [
  ...new Set(files?.map((file) => file.split('/')[0])),
];

it('trains and validates on train/ alone, and a recipe says so where it matters', async () => {
  const { recipe, pictures } = await folderRecipe({ ...chosen, path: place.path });
  expect(recipe.folder).toEqual({ size: 32, valid: 0.2, test: 'kept' });
  expect(sidesOf([...(pictures.train.files ?? []), ...(pictures.validation.files ?? [])])).toEqual(['train']);
  expect(pictures.train.n + pictures.validation.n).toBe(12);
  expect([pictures.test?.n, sidesOf(pictures.test?.files)]).toEqual([6, ['test']]);
  expect(pictures.findings?.classes.map(({ test }) => test)).toEqual([3, 3]);
  // Data of the recipe as a run keeps it are the same.
  expect((await loadDataOf(resolveRecipe(recipe))).digests).toEqual(pictures.digests);
  const plain = await folderRecipe({ ...chosen, path: `${place.path}/train` });
  expect(plain.recipe.folder).toEqual({ size: 32, valid: 0.2 });
  expect(plain.pictures.test).toBeUndefined();
});

it('takes the test from elsewhere, in place of test/; a picture that is in training as well is named', async () => {
  const other = temporaryPlace();
  try {
    for (const label of ['cat', 'dog', 'owl'])
      for (let i = 0; i < 2; i++)
        other.write(
          `${label}/${i}.png`,
          await noise(100 + label.length * i)
            .png()
            .toBuffer(),
        );
    const { path: before } = place;
    const without = await folderRecipe({ ...chosen, path: before });
    const trained = without.pictures.train.files?.find((file) => file.startsWith('train/cat')) ?? '';
    // The same picture as a JPEG.
    const copy = sharp(readFileSync(join(before, trained))).jpeg({ quality: 95 });
    other.write('cat/copy.jpg', await copy.toBuffer());
    const { recipe, pictures } = await folderRecipe({ ...chosen, path: before, tests: other.path });
    expect(recipe.folder).toMatchObject({ tests: other.path });
    const within = (file: string) => relative(before, join(other.path, file));
    expect(new Set(pictures.test?.files)).toEqual(
      new Set(['cat/0.png', 'cat/1.png', 'cat/copy.jpg', 'dog/0.png', 'dog/1.png'].map(within)),
    );
    const shown = (side: 'train' | 'validation') => pictures[side].files;
    for (const side of ['train', 'validation'] as const)
      expect(shown(side)).toEqual(without.pictures[side].files);
    expect((await loadDataOf(resolveRecipe(recipe))).digests).toEqual(pictures.digests);
    const told = findingsInWords(pictures).join('\n');
    expect(told).toContain(
      `1 pair of pictures that look the same, one in training, one in the test: ${trained} and ${within('cat/copy.jpg')}. The test error is lower`,
    );
    expect(told).toContain('6 pictures for a test in');
    expect(told).toContain('no picture of the class "owl" is there to train on');
  } finally {
    other.close();
  }
});

it('a picture that is in both by its path is of the test alone', () => {
  const source = filesUnder('/photos');
  const listingOf = (root: string, paths: readonly string[]): Listing => ({
    ...{ root, layout: 'classes', decides: '', problems: [], notes: [] },
    found: paths.map((path) => ({ path, label: 'cat', split: undefined })),
  });
  const { listing } = withTest(
    { listing: listingOf('/photos', ['cat/1.png', 'cat/2.png']), source },
    { listing: listingOf('/photos/cat', ['2.png']), source },
    'photos/cat',
  );
  expect(listing.found.map(({ path, split }) => [path, split])).toEqual([
    ['cat/1.png', undefined],
    ['cat/2.png', 'test'],
  ]);
});

it('validates on test/ where that is asked for, and in a run of an earlier version', async () => {
  const { recipe, pictures } = await folderRecipe({ ...chosen, path: place.path, valid: 'test' });
  expect([pictures.train.n, pictures.validation.n, sidesOf(pictures.validation.files)]).toEqual([
    12,
    6,
    ['test'],
  ]);
  // As recipes were written then: neither an option nor a field says anything of test/.
  const before = resolveRecipe({ ...recipe, folder: { size: 32, valid: 0.2 } });
  expect((await loadDataOf(before)).digests).toEqual(pictures.digests);
});

it('refuses to validate on a test folder that is not there', async () => {
  await expect(folderRecipe({ ...chosen, path: `${place.path}/train`, valid: 'test' })).rejects.toThrow(
    /^--valid test: .*train has no folder test\/ with the classes of training/,
  );
});
