// `trainyard sweep`: looks for the options with the least error. Its words are checked before training loads.
import { defineCommand } from 'citty';
import {
  augmentationOptions,
  familyOptions,
  folderOptions,
  recipeArgument,
  recipeOptions,
  runOptions,
} from '../cli/options.ts';
import { checkSweep } from './asked.ts';
import { sweepOptions } from './options.ts';

const { budget, from, tensorboard, keep, 'max-memory': maxMemory, runs } = runOptions;

export const sweepCommand = defineCommand({
  args: {
    recipe: { ...recipeArgument, required: true },
    ...sweepOptions,
    ...recipeOptions,
    budget,
    from,
    tensorboard,
    keep,
    'max-memory': maxMemory,
    runs,
    ...folderOptions,
    ...augmentationOptions,
    ...familyOptions,
  },
  async run({ args }) {
    const asked = checkSweep(args);
    const { sweep } = await import('./sweep.ts');
    await sweep(asked, args);
  },
});
