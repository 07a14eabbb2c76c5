// The options of optimizer and regularization by which a recipe differs from the one that its words alone name; adjust.ts
// backwards.
import { isFolder } from '../datasets/index.ts';
import { familyOf, findRecipe } from './index.ts';
import { folderNetworks, onFeatures, USUAL } from './networks.ts';
import { type Recipe, resolveRecipe } from './recipe.ts';

/** The words of those options: `--optimizer`, `muon`, `--dropout`, `0.5`. */
export function adjustedOptions(recipe: Recipe): string[] {
  const usual = usualOf(recipe);
  const [own, theirs] = [numbersOf(recipe), usual === undefined ? undefined : numbersOf(usual)];
  return Object.entries(own).flatMap(([option, value]) =>
    value === theirs?.[option] || (value === undefined && theirs === undefined)
      ? []
      : [`--${option}`, `${value ?? 0}`],
  );
}

/** What can be adjusted, by option, as text would say it; undefined for what the recipe does without. */
function numbersOf(recipe: Recipe): Record<string, number | string | undefined> {
  const { architecture, optimizer, average } = recipe;
  return {
    ...(recipe.options?.optimizer === undefined && { optimizer: optimizer.name }),
    'weight-decay': optimizer.weightDecay,
    dropout: 'dropout' in architecture ? Number(architecture.dropout) : undefined,
    'label-smoothing': recipe.labelSmoothing,
    average: average?.decay,
  };
}

/** The recipe without any such option; undefined for one that this version of the program does not know. */
function usualOf(recipe: Recipe): Recipe | undefined {
  const { dataset, options = {} } = recipe;
  if (!isFolder(dataset)) return familyOf(recipe) && findRecipe(recipe.name, {}, options);
  const network = recipe.backbone
    ? { recipe: onFeatures }
    : folderNetworks.get(options.architecture ?? USUAL);
  if (network === undefined) return undefined;
  const { average: _average, freeze: _freeze, ...rest } = recipe;
  return resolveRecipe({ ...rest, labelSmoothing: 0, ...network.recipe });
}
