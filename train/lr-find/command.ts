// `trainyard lr-find`: looks for a learning rate by a mock training, and draws the curve.

import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { realNumber, wholeNumber } from '../../models/option-values.ts';
import { checkArguments } from '../cli/check-arguments.ts';
import { trainCommand } from '../cli/go-on-command.ts';
import {
  augmentationOptions,
  common,
  familyOptions,
  folderOptions,
  recipeArgument,
  trainingOptionsAlone,
} from '../cli/options.ts';
import { runsOption } from '../cli/runs-options.ts';
import { SWEEP } from './range.ts';

export const lrFindCommand = defineCommand({
  args: {
    recipe: { ...recipeArgument, required: true },
    start: {
      type: 'string',
      valueHint: 'number',
      description: 'First learning rate',
      default: String(SWEEP.from),
    },
    end: {
      type: 'string',
      valueHint: 'number',
      description: 'Last learning rate',
      default: String(SWEEP.to),
    },
    steps: {
      type: 'string',
      valueHint: 'number',
      description: 'Steps from the one to the other',
      default: String(SWEEP.steps),
    },
    ...common,
    ...trainingOptionsAlone,
    from: {
      type: 'string',
      valueHint: 'file-or-run',
      description: 'Start from the weights of a checkpoint or a run',
    },
    ...folderOptions,
    ...augmentationOptions,
    ...familyOptions,
    ...runsOption,
  },
  async run({ args }) {
    const rate = (option: 'start' | 'end') =>
      realNumber(option, args[option], { above: 0 }, 'a learning rate');
    const [from, to] = [rate('start'), rate('end')];
    if (from >= to)
      throw new UserError(
        `--start and --end take two learning rates, the smaller one first; received ${args.start} and ${args.end}.`,
      );
    const steps = wholeNumber('steps', args.steps, 1);
    const asked = checkArguments({ ...args, fresh: true });
    const { findLearningRate } = await import('./find-learning-rate.ts');
    const next = (rate: string) =>
      trainCommand(asked, { ...args, 'learning-rate': rate }, ['start', 'end', 'steps', 'fresh']);
    await findLearningRate(asked, { from, to, steps }, next);
  },
});
