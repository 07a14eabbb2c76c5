// Sweeps the learning rate of what is asked for, and prints what the curve suggests.
import { join } from 'node:path';
import { makePath } from '../../setup/files/index.mjs';
import { fetchPretrained } from '../architectures/pretrained.ts';
import type { Asked } from '../cli/check-arguments.ts';
import { chooseRun } from '../cli/choose-run.ts';
import { dataInWords } from '../datasets/folder/findings-in-words.ts';
import { writeWhole } from '../files/write-whole.ts';
import { createTraining } from '../loop/training.ts';
import { registryOf } from '../project/registry-of.ts';
import { wordsOf } from '../recipes/index.ts';
import { findPage, rateInWords } from './page.ts';
import { suggest, suggestionNames } from './suggest.ts';
import { type SweepOptions, sweep } from './sweep.ts';

/** @param next - The command that trains with a learning rate. */
export async function findLearningRate(
  asked: Asked,
  range: Omit<SweepOptions, 'onStep'>,
  next: (rate: string) => string,
): Promise<void> {
  const { steps } = range;
  const { recipe, weights, data } = await chooseRun(asked, false, { say: console.log });
  await fetchPretrained(recipe);
  const dataset = await data();
  for (const line of dataInWords(dataset, recipe)) console.log(line);
  const registry = await registryOf(recipe);
  const training = createTraining(recipe, dataset, weights, registry);
  const onStep = (done: number) => {
    if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${steps} steps`);
  };
  const curve = await sweep(training, recipe, dataset, { ...range, onStep }, registry);
  training.dispose();
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');

  const suggestions = suggest(curve, steps);
  const words = wordsOf(recipe);
  const path = join(asked.runs, `lr-find-${recipe.name}.html`);
  makePath(asked.runs);
  writeWhole(path, findPage({ words, curve, suggestions }));
  for (const name of suggestionNames) {
    const rate = suggestions[name];
    console.log(`${name.padEnd(8)}  ${rate === undefined ? '–' : rateInWords(Math.log10(rate))}`);
  }
  console.log(`${curve.losses.length} steps. The curve: ${path}`);
  if (suggestions.valley !== undefined)
    console.log(`Next: ${next(rateInWords(Math.log10(suggestions.valley)))}`);
}
