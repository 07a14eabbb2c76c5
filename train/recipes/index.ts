// The recipes by name, as recipes: defaults filled in, options of the command line applied.
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import { shellWord } from '../../setup/invocation.mjs';
import { type AugmentOptions, augmentBy, augmentOptions } from '../augment/index.ts';
import { isFolder, usualValidation } from '../datasets/index.ts';
import { isConfigPath } from '../project/find-module.ts';
import { families } from './families.ts';
import { type Family, memberOf, type WrittenRecipe } from './family.ts';
import { type Recipe, type RecipeInput, resolveRecipe } from './recipe.ts';

export { families } from './families.ts';
export { defineRecipe, type Family, type RecipeOption } from './family.ts';
export { stepsOf } from './lengths.ts';
export { type Recipe, recipeDigest, resolveRecipe } from './recipe.ts';

/**
 * The recipe called `name`, with some of its fields replaced.
 * @param chosen - Values of the options of its family, and of augmentation: `{ init: 'small', augment: 'none' }`.
 * @throws UserError when there is none, with the nearest name.
 */
export function findRecipe(
  name: string,
  changes: Partial<RecipeInput> = {},
  chosen: Readonly<Record<string, string>> = {},
): Recipe {
  const family = families.find(({ recipe }) => recipe.name === name);
  if (family !== undefined)
    return resolveRecipe({
      ...usualValidation(family.recipe.dataset),
      ...augmented(memberOf(family, ownOf(chosen)), chosen),
      ...changes,
    });
  const names = families.map(({ recipe }) => recipe.name);
  throw new UserError(`There is no recipe ${JSON.stringify(name)}. ${suggestion(name, names)}`);
}

/** `recipe` with what `chosen` says of augmentation, which its options then say. @throws UserError as `augmentBy` */
export function augmented<R extends WrittenRecipe & { readonly augment: AugmentOptions }>(
  recipe: R,
  chosen: Readonly<Record<string, string>>,
): R {
  const own = Object.entries(chosen).filter(([option]) => Object.hasOwn(augmentOptions, option));
  if (own.length === 0) return recipe;
  const options = { ...recipe.options, ...Object.fromEntries(own) };
  return { ...recipe, options, augment: augmentBy(recipe.augment, chosen) };
}

/** The options that are not of augmentation. */
function ownOf(chosen: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(chosen).filter(([option]) => !Object.hasOwn(augmentOptions, option)),
  );
}

/** The family that a run's recipe is of: none for a folder of pictures, a recipe of a user's own, or a recipe of another version of this program. */
export function familyOf({
  name,
  dataset,
  module,
}: Pick<Recipe, 'name' | 'dataset' | 'module'>): Family | undefined {
  return isFolder(dataset) || module ? undefined : families.find(({ recipe }) => recipe.name === name);
}

/** What of a recipe says what to type to train it. */
type SubjectOfRecipe = Pick<Recipe, 'name' | 'dataset' | 'module' | 'options'>;

/** The words that train `recipe` (but for its seed and the like): `conv-mnist`, `--init`, `small`. */
export function wordListOf({ name, dataset, module, options = {} }: SubjectOfRecipe): string[] {
  return [
    // A config is found from the working folder; another recipe file is named, and has this recipe alone.
    module ? (isConfigPath(module.path) ? name : module.path) : isFolder(dataset) ? dataset : name,
    ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]),
  ];
}

/** The same as they are typed: `conv-mnist --init small`. */
export function wordsOf(recipe: SubjectOfRecipe): string {
  return wordListOf(recipe)
    .map((word) => shellWord(word))
    .join(' ');
}
