// `trainyard lr-find`: looks for a learning rate by a mock training, and draws the curve.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import {
  augmentOptions,
  common,
  familyOptions,
  folderOptions,
  recipeArgument,
  runsOption,
} from '../cli/options.ts';
import { chooseRun, countOf, numberOf } from '../cli/recipe-of-arguments.ts';
import { createTraining } from '../loop/training.ts';
import { wordsOf } from '../recipes/index.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { findPage, rateInWords } from './page.ts';
import { suggest, suggestionNames } from './suggest.ts';
import { SWEEP, sweep } from './sweep.ts';

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
    from: {
      type: 'string',
      valueHint: 'file-or-run',
      description: 'Start from the weights of a checkpoint or a run',
    },
    ...folderOptions,
    ...augmentOptions,
    ...familyOptions,
    ...runsOption,
  },
  async run({ args }) {
    const [from, to, steps] = [
      numberOf('start', args.start) ?? 0,
      numberOf('end', args.end) ?? 0,
      countOf('steps', args.steps),
    ];
    if (!(from > 0 && to > from))
      throw new UserError(
        `--start and --end take two learning rates above 0, the smaller one first; received ${args.start} and ${args.end}.`,
      );
    const { recipe, weights } = await chooseRun({ ...args, fresh: true });
    await fetchPretrained(recipe);
    const dataset = await loadDataOf(recipe);
    const training = createTraining(recipe, dataset, weights);
    const onStep = (done: number) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${steps} steps`);
    };
    const curve = await sweep(training, recipe, dataset, { from, to, steps, onStep });
    training.dispose();
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');

    const suggestions = suggest(curve, steps);
    const words = wordsOf(recipe);
    const path = join(args.runs, `lr-find-${recipe.name}.html`);
    mkdirSync(args.runs, { recursive: true });
    writeFileSync(path, findPage({ words, curve, suggestions }));
    for (const name of suggestionNames) {
      const rate = suggestions[name];
      console.log(`${name.padEnd(8)}  ${rate === undefined ? '–' : rateInWords(Math.log10(rate))}`);
    }
    console.log(`${curve.losses.length} steps. The curve: ${path}`);
    if (suggestions.valley !== undefined)
      console.log(
        `Next: npm run train ${words} -- --learning-rate ${rateInWords(Math.log10(suggestions.valley))}`,
      );
  },
});
