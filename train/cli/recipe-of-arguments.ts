// Second step from the command line to a run: from checked arguments to a recipe, and the pictures that it was made of.
import { UserError } from '../../models/errors.ts';
import { command } from '../../setup/invocation.mjs';
import { type Dataset, datasets } from '../datasets/index.ts';
import type { Progress } from '../progress.ts';
import { adjusted } from '../recipes/adjust.ts';
import { folderRecipe } from '../recipes/folder.ts';
import { augmented, findRecipe, type Recipe, resolveRecipe } from '../recipes/index.ts';
import { loadDataOf, withFeatures } from '../recipes/load-data.ts';
import { readModelFile, recipeOfCard } from '../runs/weights-of-model-file.ts';
import type { Asked } from './check-arguments.ts';
import { precisionsFor } from './precision.ts';

export interface AskedRecipe {
  /** In the precision to train it in, then in others in which it may have been interrupted. */
  readonly recipes: readonly [Recipe, ...Recipe[]];
  /** The data, loaded when first asked for; what has been read for the recipe is not read again. */
  data(): Promise<Dataset>;
}

/**
 * The recipe that is asked for. A folder's pictures are prepared and loaded for it: how many there are decides part of it.
 * @throws UserError if there is no such recipe, an option is not one of its own, or the folder cannot be trained on
 */
export async function recipeOfArguments(asked: Asked, progress: Progress = {}): Promise<AskedRecipe> {
  const { recipe: found, pictures } = await namedRecipe(asked, progress);
  const { batchSize, accumulate, seed, budget } = asked;
  const own = adjusted(found, asked);
  const recipe = resolveRecipe({
    ...own,
    batchSize: batchSize ?? own.batchSize,
    accumulate: accumulate ?? own.accumulate,
    seed: seed ?? own.seed,
    ...(budget !== undefined && { budget }),
  });
  // A head on features takes next to no time, whatever its precision.
  const [first, ...others] = precisionsFor(recipe.backbone ? 'float32' : asked.precision);
  const inPrecision = (precision: Recipe['precision']): Recipe => ({ ...recipe, precision });
  return {
    recipes: [inPrecision(first), ...others.map(inPrecision)],
    data: once(() =>
      pictures === undefined
        ? loadDataOf(recipe, undefined, progress)
        : withFeatures(pictures, recipe, progress),
    ),
  };
}

/** A function that does `work` at the first call, and gives the same at every other. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** @throws UserError for a model of a folder: its card has the folder's name alone. */
function recipeOfModel(path: string): Recipe {
  const recipe = recipeOfCard(readModelFile(path).card);
  if (datasets.some(({ name }) => name === recipe.dataset)) return recipe;
  throw new UserError(
    `${path} was trained on a folder of pictures, ${recipe.dataset}, and its card does not say where that is. Name the folder: ${command('train', ['./photos', '--from', path])}`,
  );
}

/** The recipe by its name, of a folder or of a model file's card, with the options of families and of augmentation. */
async function namedRecipe(
  { subject, chosen, folder }: Asked,
  progress: Progress,
): Promise<{ recipe: Recipe; pictures?: Dataset }> {
  switch (subject.kind) {
    case 'none':
      throw new UserError(`Name a recipe or a folder of pictures: ${command('train')} lists the recipes.`);
    case 'recipe':
      return { recipe: findRecipe(subject.name, {}, chosen) };
    case 'model file':
      return { recipe: resolveRecipe(augmented(recipeOfModel(subject.path), chosen)) };
    case 'folder': {
      const { recipe, pictures } = await folderRecipe({ path: subject.path, ...folder }, progress);
      return { recipe: resolveRecipe(augmented(recipe, chosen)), pictures };
    }
  }
}
