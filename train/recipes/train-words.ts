// The words that train a recipe again: what its name or folder alone would not say is an option.
import { isFolder } from '../datasets/index.ts';
import { adjustedOptions } from './adjusted-options.ts';
import { type Recipe, wordListOf } from './index.ts';
import { usualRecipe } from './usual-recipe.ts';

/**
 * @param from - Where its first weights came from, if they were another training's.
 * @returns The words after `train`, such as `digits`, `--epochs`, `3`. A run that was given more epochs later is
 *   trained as it was at first.
 */
export function trainWords(recipe: Recipe, from?: string): string[] {
  const known = usualRecipe(recipe);
  // Of a folder, how many pictures there are decides part of the recipe: all of it is said.
  const usual = isFolder(recipe.dataset) ? undefined : known;
  const [first] = recipe.formerLengths ?? [];
  const { epochs } = first ?? recipe;
  const frozen = recipe.freeze?.epochs ?? 0;
  const usuallyFrozen = usual?.freeze?.epochs ?? 0;
  const options: [option: string, value: number | undefined, usual: number | undefined][] = [
    ['epochs', epochs, usual?.epochs],
    ['batch-size', recipe.batchSize, usual?.batchSize],
    ['learning-rate', recipe.schedule.learningRate, usual?.schedule.learningRate],
    ['accumulate', recipe.accumulate, usual?.accumulate ?? 1],
    // Of a folder, what is frozen depends on the network and on the epochs; a head on features has nothing to freeze.
    ['freeze-epochs', frozen, usual === undefined && !recipe.backbone ? undefined : usuallyFrozen],
  ];
  return [
    ...subjectOf(recipe, usual !== undefined, from),
    ...options.flatMap(([name, value, standard]) =>
      value === standard || value === undefined ? [] : [`--${name}`, String(value)],
    ),
    ...adjustedOptions(recipe, known),
    ...(recipe.budget === undefined ? [] : ['--budget', `${recipe.budget}s`]),
    ...['--seed', String(recipe.seed), '--precision', recipe.precision],
    ...(from === undefined ? [] : ['--from', from]),
  ];
}

/** A recipe that came with a model file has no name to train it by: that file brings it again. */
function subjectOf(recipe: Recipe, isNamed: boolean, from: string | undefined): string[] {
  const isThere = isNamed || recipe.module !== undefined || isFolder(recipe.dataset);
  return from?.endsWith('.onnx') && !isThere ? [] : wordListOf(recipe);
}
