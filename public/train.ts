// `trainyard/train`: trains from code, and exports what was trained.
export { type ExportedRun, type ExportRunOptions, exportRun } from '../export/library/export-run.ts';
export type { Parity } from '../export/parity/index.ts';
export type { Card } from '../models/card.ts';
export { UserError } from '../models/errors.ts';
export type { Dataset, Split } from '../train/datasets/dataset.ts';
export { DataError, DiskError, DivergedError, OutOfMemoryError } from '../train/errors.ts';
export {
  type CompiledFitOptions,
  type FitDatasetOptions,
  type FitOptions,
  fit,
  type Tensors,
} from '../train/layers-model/fit.ts';
export type {
  AugmentationOptions,
  FolderOptions,
  RecipeOptions,
  RunOptions,
  TrainingEvents,
  TrainOptions,
} from '../train/library/options.ts';
export { train } from '../train/library/train.ts';
export type {
  FinishedEpoch,
  ResumeSource,
  TrainedRun,
  Training,
  TrainingStart,
  TrainingStepDone,
  TrainSource,
} from '../train/library/types.ts';
export type { Recipe } from '../train/recipes/recipe.ts';
export type { EpochRow } from '../train/runs/checkpoint.ts';
