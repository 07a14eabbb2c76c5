// Work that runs a user's own code: what it throws is told as theirs, with the network and the file that it came from.
import type { Recipe } from '../recipes/recipe.ts';
import { shownPath } from './find-module.ts';
import { ownError } from './own-error.ts';

/**
 * Does `work`, which builds or traces the network of a recipe.
 * @throws UserError that names network and file, where the recipe is of a user's own; else what `work` throws
 */
export function inOwnCode<T>(
  { architecture, module }: Pick<Recipe, 'architecture' | 'module'>,
  work: () => T,
): T {
  if (module === undefined) return work();
  try {
    return work();
  } catch (error) {
    throw ownError(`The network ${architecture.name} of ${shownPath(module.path)} cannot be computed`, error);
  }
}
