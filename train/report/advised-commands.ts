// What a line of advice names between backticks, as whole commands to paste: the one that trained the run, with it changed.
import { type Recipe, wordListOf } from '../recipes/index.ts';
import { trainWords } from '../recipes/train-words.ts';
import { firstWeightsOf, type Run } from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';

/** The commands of a line such as "Train longer. Next: `--epochs 20`.": one for each pair of backticks. */
export function advisedCommands(line: string, run: Run, recipe: Recipe): string[] {
  return [...line.matchAll(/`(--[^`]+)`/g)].map(([, text = '']) => commandWith(text.split(' '), run, recipe));
}

/** @param advised - options with their values. */
function commandWith(advised: readonly string[], run: Run, recipe: Recipe): string {
  if (advised[0] === '--calibrate') return runCommand('export', run, [run.name, ...advised]);
  if (advised[0] !== '--architecture')
    return runCommand('train', run, replaced(trainWords(recipe, firstWeightsOf(run)), advised));
  // Another network has its own size, learning rate, length and optimizer, and none of this one's weights.
  const { size: _size, ...options } = recipe.options ?? {};
  const words = replaced(wordListOf({ ...recipe, options }), advised);
  return runCommand('train', run, [...words, '--seed', String(recipe.seed)]);
}

/** `words` with those options in place of their own of the same names; epochs take the place of a budget as well. */
function replaced(words: readonly string[], advised: readonly string[]): string[] {
  const gone = advised.includes('--epochs') ? [...advised, '--budget'] : advised;
  const isGone = (word: string | undefined) => word?.startsWith('--') && gone.includes(word);
  return [...words.filter((word, i) => !isGone(word) && !isGone(words[i - 1])), ...advised];
}
