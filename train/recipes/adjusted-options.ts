// The options of optimizer and regularization by which a recipe differs from the one that its words alone name; adjust.ts
// backwards.
import { optimizers } from '../optimizers/index.ts';
import { NUMBER_LOSS } from '../tasks/task.ts';
import type { Recipe } from './recipe.ts';

/**
 * The words of those options: `--optimizer`, `muon`, `--dropout`, `0.5`.
 * @param usual - what `usualRecipe` returns
 */
export function adjustedOptions(recipe: Recipe, usual: Recipe | undefined): string[] {
  const [own, theirs] = [numbersOf(recipe), usual === undefined ? undefined : numbersOf(usual)];
  const numbers = Object.entries(own).flatMap(([option, value]) =>
    value === theirs?.[option] || (value === undefined && theirs === undefined)
      ? []
      : [`--${option}`, `${value ?? 0}`],
  );
  const tested = usual?.validation !== undefined && recipe.validation === undefined;
  return [...numbers, ...(tested ? ['--valid', 'test'] : [])];
}

/** What can be adjusted, by option, as text would say it; undefined for what the recipe does without. */
function numbersOf(recipe: Recipe): Record<string, number | string | undefined> {
  const { architecture, optimizer, average, classWeights, distill } = recipe;
  return {
    // One of a user's own has no name on the command line.
    ...(recipe.options?.optimizer === undefined &&
      optimizers.some(({ name }) => name === optimizer.name) && { optimizer: optimizer.name }),
    patience: recipe.patience,
    'weight-decay': optimizer.weightDecay,
    dropout: 'dropout' in architecture ? Number(architecture.dropout) : undefined,
    'label-smoothing': recipe.labelSmoothing,
    average: average?.decay,
    'class-weights': typeof classWeights === 'object' ? JSON.stringify(classWeights) : classWeights,
    sampling: recipe.sampling,
    focal: recipe.focal,
    loss: recipe.task === 'regression' ? (recipe.loss ?? NUMBER_LOSS) : undefined,
    distill: distill?.source ?? distill?.path,
    'distill-temperature': distill?.temperature,
    'distill-weight': distill?.weight,
  };
}
