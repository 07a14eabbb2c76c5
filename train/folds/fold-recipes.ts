// The recipes of several folds: the same but for the fold that validates.
import type { Recipe } from '../recipes/index.ts';

/** The recipe of fold `at`, from 1, of as many as `recipe` has. */
export function recipeOfFold(recipe: Recipe, at: number): Recipe {
  const { folder, options } = recipe;
  if (folder?.fold === undefined) throw new Error(`${recipe.name} has no folds`);
  return {
    ...recipe,
    folder: { ...folder, fold: { ...folder.fold, at } },
    options: { ...options, fold: String(at) },
  };
}

/** What recipes of one seed and fold have in common is another draw of chance in each. */
export function drawOf({ seed, folder }: Pick<Recipe, 'seed' | 'folder'>): string {
  return folder?.fold === undefined ? `${seed}` : `${seed} ${folder.fold.at}`;
}

/** A recipe without what differs between the runs of one group: its seed, and the fold that validates. */
export function withoutDraw({ seed: _seed, ...recipe }: Recipe): Omit<Recipe, 'seed'> {
  const { folder, options } = recipe;
  if (folder?.fold === undefined) return recipe;
  const { fold: _fold, ...others } = options ?? {};
  // The number of folds stays among the options.
  const { fold: _which, ...rest } = folder;
  return { ...recipe, folder: rest, options: others };
}
