// `trainyard train`: trains a recipe, or goes on with an interrupted run of it. Its words are checked before training loads.
import { defineCommand } from 'citty';
import { wholeNumber } from '../../models/option-values.ts';
import { printJson } from '../../models/print-json.ts';
import { parseBytes } from '../memory/bytes.ts';
import { findConfig } from '../project/find-module.ts';
import { checkArguments } from './check-arguments.ts';
import { duration, isBareNumber } from './duration.ts';
import { goOnCommand } from './go-on-command.ts';
import { listRecipes, recipesAsJson } from './list-recipes.ts';
import {
  augmentationOptions,
  clusterOptions,
  familyOptions,
  folderOptions,
  recipeArgument,
  recipeOptions,
  runOptions,
} from './options.ts';
import { checkTogether, inParts } from './together.ts';

export const trainCommand = defineCommand({
  args: {
    recipe: { ...recipeArgument, required: false },
    ...recipeOptions,
    ...runOptions,
    ...clusterOptions,
    ...folderOptions,
    ...augmentationOptions,
    ...familyOptions,
  },
  async run({ args }) {
    const together = checkTogether(args);
    // What TensorFlow's server says of a task that is gone is said here in other words.
    if (together !== undefined) process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
    const asked = inParts(checkArguments(args), together);
    const count = (option: 'seeds' | 'keep' | 'steps' | 'kills', standard: number) =>
      args[option] === undefined ? standard : wholeNumber(option, args[option], 1);
    const [seeds, keep, steps, kills] = [
      count('seeds', 1),
      count('keep', 0),
      count('steps', 40),
      count('kills', 20),
    ];
    const maxMemory = args['max-memory'] === undefined ? undefined : parseBytes(args['max-memory']);
    if (asked.subject.kind === 'none' && asked.resume === undefined) {
      const own =
        findConfig() === undefined ? undefined : await (await import('../project/list.ts')).listOwn();
      return args.json ? printJson(recipesAsJson(own)) : console.log(listRecipes(own));
    }
    if (args.budget !== undefined && isBareNumber(args.budget) && asked.budget !== undefined)
      console.log(`--budget ${args.budget} has no unit and counts minutes: ${duration(asked.budget)}.`);

    const { showPlan, train, verify } = await import('./train.ts');
    if (args['verify-resume']) return verify(asked, steps, kills);
    if (args.plan) return showPlan(asked, together?.tasks);
    if (together?.place !== undefined && together.place.task > 0)
      return (await import('./follow.ts')).followFirst(asked, together.place);
    const { live, tensorboard = false, json = false } = args;
    const again = (run: { name: string; folder: string }) => goOnCommand(run, asked, args);
    const workers =
      together && together.place === undefined
        ? await (await import('./workers.ts')).startWorkers(together.tasks)
        : undefined;
    const place = together?.place ?? workers?.place;
    try {
      await train(asked, {
        seeds,
        folds: args.fold === undefined ? (asked.folder.fold?.of ?? 1) : 1,
        orDone: args.seeds !== undefined || args.folds !== undefined,
        keep,
        maxMemory,
        live,
        tensorboard,
        json,
        again,
        place,
        ended: workers?.signal,
      });
    } finally {
      workers?.end();
    }
  },
});
