// In a process of its own: how long one training takes, and of how many epochs it is.
import { fetchPretrained } from '../architectures/pretrained.ts';
import type { ChildWork } from '../child.ts';
import { checkArguments, type RecipeArguments } from '../cli/check-arguments.ts';
import { measurePace, planOf, withinBudget } from '../cli/plan.ts';
import { recipeOfArguments } from '../cli/recipe-of-arguments.ts';
import { checkFits } from '../loop/training.ts';

/** Sends a `Cost`. @throws UserError for what `trainyard train` refuses before its first step */
export const work: ChildWork<RecipeArguments> = async (args, send) => {
  const { recipes, data } = await recipeOfArguments(checkArguments(args));
  const [recipe] = recipes;
  await fetchPretrained(recipe);
  const dataset = await data();
  checkFits(recipe, dataset);
  const pace = await measurePace(recipe, dataset);
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const { budget } = recipe;
  const fitting = budget === undefined ? recipe : withinBudget(recipe, budget, pace, stepsPerEpoch);
  const { seconds, epochs } = planOf(fitting, pace, stepsPerEpoch);
  await send({ seconds, epochs: Math.ceil(epochs) });
};
