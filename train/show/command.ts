// `trainyard show`: a recipe's data on one page, as the network sees them.

import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { command } from '../../setup/invocation.mjs';
import { checkArguments } from '../cli/check-arguments.ts';
import { augmentationOptions, common, familyOptions, folderOptions, recipeArgument } from '../cli/options.ts';
import { pageOption, runsOption } from '../cli/runs-options.ts';

export const showCommand = defineCommand({
  args: {
    recipe: { ...recipeArgument, required: false },
    seed: common.seed,
    'batch-size': common['batch-size'],
    ...folderOptions,
    ...augmentationOptions,
    ...familyOptions,
    ...pageOption,
    ...runsOption,
  },
  async run({ args }) {
    if (args.recipe === undefined)
      throw new UserError(
        `Name a folder of pictures or a recipe, for example: ${command('show', ['./photos'])}`,
      );
    const asked = checkArguments({ ...args, precision: 'float32' });
    const { showPictures } = await import('./show-pictures.ts');
    await showPictures(asked, args.out);
  },
});
