// `trainyard show`: a recipe's data on one page, as the network will see them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { warnOfLabels } from '../augment/wrong-labels.ts';
import {
  augmentOptions,
  common,
  familyOptions,
  folderOptions,
  recipeArgument,
  runsOption,
} from '../cli/options.ts';
import { recipesOf } from '../cli/recipe-of-arguments.ts';
import { tellFindings } from '../datasets/folder/tell.ts';
import { withPictures } from '../datasets/index.ts';
import { writeWhole } from '../files/write-whole.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { showPage } from './page.ts';

export const showCommand = defineCommand({
  args: {
    recipe: { ...recipeArgument, required: false },
    seed: common.seed,
    'batch-size': common['batch-size'],
    ...folderOptions,
    ...augmentOptions,
    ...familyOptions,
    out: {
      type: 'string',
      valueHint: 'file',
      description: 'File of the page; beside the runs if left out',
    },
    ...runsOption,
  },
  async run({ args }) {
    if (args.recipe === undefined)
      throw new UserError('Name a folder of pictures or a recipe, for example: npm run show ./photos');
    const [recipe] = await recipesOf({ ...args, precision: 'float32' });
    const dataset = withPictures(await loadDataOf(recipe));
    console.log(
      `${dataset.name}: ${dataset.train.n} training and ${dataset.test.n} validation images of ${dataset.shape.join(' x ')}.`,
    );
    const warning = warnOfLabels(dataset, recipe.augment);
    for (const line of [...tellFindings(dataset), ...(warning === undefined ? [] : [warning])])
      console.log(line);
    const path = args.out ?? join(args.runs, `show-${recipe.name}.html`);
    if (args.out === undefined) mkdirSync(args.runs, { recursive: true });
    const page = await showPage(recipe, dataset, warning);
    writeWhole(path, page);
    console.log(`Page: ${path}`);
  },
});
