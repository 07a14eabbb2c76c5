// `defineConfig`: what `trainyard.config.ts` exports.
import { UserError } from '../../models/errors.ts';
import { type DefinedRecipe, isDefinedRecipe } from './define-recipe.ts';
import { isMarked, MARKS } from './exported.ts';

/** What a `trainyard.config.ts` says. */
export interface Config {
  /** Recipes by their names: `npx trainyard train bars`. */
  readonly recipes: readonly DefinedRecipe[];
}

/** What `defineConfig` gives, for the default export. */
export type DefinedConfig = Config & { readonly [MARKS.config]: true };

/**
 * Defines what commands find in `trainyard.config.ts` (or .mts, .js, .mjs), in the working folder or above it.
 * @throws UserError for something that is no recipe of `defineRecipe`
 * @example
 * export default defineConfig({ recipes: [bars, mugs] });
 */
export function defineConfig(config: Config): DefinedConfig {
  const { recipes }: { recipes?: unknown } = config;
  if (!Array.isArray(recipes) || !recipes.every(isDefinedRecipe))
    throw new UserError(
      'defineConfig expects { recipes: [...] }, each of them made by defineRecipe({ name, dataset, architecture, ... }).',
    );
  return { recipes, [MARKS.config]: true };
}

/** Whether `defineConfig` made it. */
export function isConfig(value: unknown): value is DefinedConfig {
  return isMarked('config', value);
}
