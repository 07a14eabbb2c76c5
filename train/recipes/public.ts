// A recipe as others may read it.
import { basename } from 'node:path';
import { isHubAddress } from '../../hub/address.ts';
import { isFolder } from '../datasets/index.ts';
import type { Recipe } from './recipe.ts';

/** The recipe without the paths of folders and files on this machine: their last names are left. */
export function publicRecipe(recipe: Recipe): Recipe {
  const { dataset, backbone, distill, options, module } = recipe;
  return {
    ...recipe,
    ...(isFolder(dataset) && { dataset: basename(dataset) }),
    ...(module && { module: { ...module, path: basename(module.path) } }),
    ...(backbone && { backbone: { ...backbone, path: basename(backbone.path) } }),
    ...(distill && { distill: { ...distill, path: basename(distill.path) } }),
    ...(options?.backbone &&
      !isHubAddress(options.backbone) && { options: { ...options, backbone: basename(options.backbone) } }),
  };
}
