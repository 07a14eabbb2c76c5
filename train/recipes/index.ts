// The recipes by name.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { cifarFast } from './cifar-fast.ts';
import { digits } from './digits.ts';
import { type Recipe, type RecipeInput, resolveRecipe } from './recipe.ts';

export { type Recipe, recipeDigest, resolveRecipe } from './recipe.ts';

export const recipes: readonly RecipeInput[] = [digits, cifarFast];

/**
 * The recipe called `name`, with some of its fields replaced.
 * @throws UserError when there is none, with the nearest name.
 */
export function findRecipe(name: string, changes: Partial<RecipeInput> = {}): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe !== undefined) return resolveRecipe({ ...recipe, ...changes });
  const names = recipes.map((candidate) => candidate.name);
  const guess = nearest(name, names);
  const hint = guess === undefined ? `There are: ${names.join(', ')}.` : `Did you mean \`${guess}\`?`;
  throw new UserError(`There is no recipe ${JSON.stringify(name)}. ${hint}`);
}
