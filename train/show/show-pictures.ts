// Writes the page about the data that are asked for, and prints what there is to say of them.
import { join } from 'node:path';
import { heldOutOf } from '../../models/held-out.ts';
import { makePath } from '../../setup/files/index.mjs';
import { warnOfLabels } from '../augment/wrong-labels.ts';
import type { Asked } from '../cli/check-arguments.ts';
import { recipeOfArguments } from '../cli/recipe-of-arguments.ts';
import { dataInWords } from '../datasets/folder/findings-in-words.ts';
import { withPictures } from '../datasets/index.ts';
import { writeWhole } from '../files/write-whole.ts';
import { showPage } from './page.ts';

/** @param out - File of the page; beside the runs if left out. */
export async function showPictures(asked: Asked, out?: string): Promise<void> {
  const { recipes, data } = await recipeOfArguments(asked, { say: console.log });
  const [recipe] = recipes;
  const dataset = withPictures(await data());
  console.log(
    `${dataset.name}: ${dataset.train.n} training and ${dataset.validation.n} ${heldOutOf(recipe)} images${dataset.test ? ` (and ${dataset.test.n} for the test)` : ''} of ${dataset.shape.join(' x ')}.`,
  );
  const warning = warnOfLabels(dataset, recipe.augment);
  for (const line of [...dataInWords(dataset, recipe), ...(warning === undefined ? [] : [warning])])
    console.log(line);
  const path = out ?? join(asked.runs, `show-${recipe.name}.html`);
  if (out === undefined) makePath(asked.runs);
  const page = await showPage(recipe, dataset, warning);
  writeWhole(path, page);
  console.log(`Page: ${path}`);
}
