// `trainyard/train`: trains, from code.
export { UserError } from '../models/errors.ts';
export type { Dataset, Split } from '../train/datasets/dataset.ts';
export {
  type CompiledFitOptions,
  type FitDatasetOptions,
  type FitOptions,
  fit,
  type Tensors,
} from '../train/layers-model/fit.ts';
export type { Recipe } from '../train/recipes/recipe.ts';
export type { EpochRow } from '../train/runs/checkpoint.ts';
