// The recipe that a name or a folder with its own options stands for, before anything was adjusted.
import { isFolder } from '../datasets/index.ts';
import { familyOf, findRecipe } from './index.ts';
import { folderNetworks, onFeatures, USUAL } from './networks.ts';
import { type Recipe, resolveRecipe } from './recipe.ts';

/**
 * The recipe from which `recipe` was adjusted; undefined for one that this version of the program does not know. Of a
 * folder, how many pictures it has is not known here: its batch size and its epochs may be others.
 */
export function usualRecipe(recipe: Recipe): Recipe | undefined {
  const { dataset, options = {}, module } = recipe;
  // Its code would have to run to say it.
  if (module !== undefined) return undefined;
  if (!isFolder(dataset)) return familyOf(recipe) && findRecipe(recipe.name, {}, options);
  const network = recipe.backbone
    ? { recipe: onFeatures }
    : folderNetworks.get(options.architecture ?? USUAL);
  if (network === undefined) return undefined;
  const { average: _average, freeze: _freeze, patience: _patience, loss: _loss, ...others } = recipe;
  const { classWeights: _weights, sampling: _sampling, focal: _focal, distill: _distill, ...rest } = others;
  return resolveRecipe({ ...rest, labelSmoothing: 0, ...network.recipe });
}
