// A recipe for a short trial of its step, such as a measurement.
import type { Recipe } from './recipe.ts';

/** `recipe` for so many epochs, whatever steps it has in all, and from its own initial weights. */
export function trialOf(
  { steps: _steps, budget: _budget, from: _from, ...recipe }: Recipe,
  epochs: number,
): Recipe {
  return { ...recipe, epochs };
}
