// What the pictures are called by which a training is judged.
import type { Recipe } from '../recipes/recipe.ts';

/** `test` for those that a published data set has for it, `validation` for those of a folder that were kept apart. */
export function heldOutOf({ folder }: Pick<Recipe, 'folder'>): 'test' | 'validation' {
  return folder === undefined ? 'test' : 'validation';
}

/** The same at the beginning of a title. */
export function heldOutTitle(recipe: Pick<Recipe, 'folder'> | undefined): 'Test' | 'Validation' {
  return recipe?.folder === undefined ? 'Test' : 'Validation';
}
