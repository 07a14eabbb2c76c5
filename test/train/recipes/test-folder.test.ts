// A folder with train/ and test/: the test pictures are left alone, a run of before this was so goes on with its data.
import { afterAll, beforeAll, expect, it } from 'vitest';
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
  // Data of the recipe as a run keeps it are the same.
  expect((await loadDataOf(resolveRecipe(recipe))).digests).toEqual(pictures.digests);
  const plain = await folderRecipe({ ...chosen, path: `${place.path}/train` });
  expect(plain.recipe.folder).toEqual({ size: 32, valid: 0.2 });
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
