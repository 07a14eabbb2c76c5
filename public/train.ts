// `trainyard/train`: trains from code, and exports what was trained.
export { type ExportedRun, type ExportRunOptions, exportRun } from '../export/library/export-run.ts';

export type { NetworkComparison } from '../export/parity/network-comparison.ts';
export {
  type ClassifierToOnnxOptions,
  type OnnxClassifier,
  type OnnxFile,
  type ToOnnxOptions,
  toOnnx,
} from '../export/tfjs/to-onnx.ts';
export type { Card } from '../models/card.ts';
export { UserError } from '../models/errors.ts';
export { preparePicture } from '../models/image/prepare.ts';
export type { Parity } from '../models/parity.ts';
export type { Dataset, Split } from '../train/datasets/dataset.ts';
export { loadDataset } from '../train/datasets/index.ts';
export { DataError, DiskError, DivergedError, OutOfMemoryError } from '../train/errors.ts';
export { tf } from '../train/graph/tensorflow.ts';
export type { Architecture, Net } from '../train/layers/net.ts';
export { fit } from '../train/layers-model/fit.ts';
export type {
  CompiledFitOptions,
  FitDatasetOptions,
  FitOptions,
  Tensors,
} from '../train/layers-model/options.ts';
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
export {
  type ArchitectureMaker,
  defineArchitecture,
  type OwnArchitecture,
} from '../train/project/define-architecture.ts';
export { type Config, defineConfig } from '../train/project/define-config.ts';
export {
  type DefinedDataset,
  defineDataset,
  type Example,
  type OwnDataset,
  type OwnLabels,
  type OwnNumbers,
  type TargetExample,
} from '../train/project/define-dataset.ts';
export { type DefinedRecipe, defineRecipe, type OwnRecipe } from '../train/project/define-recipe.ts';
export {
  defineOptimizer,
  defineSchedule,
  type OwnOptimizer,
  type OwnSchedule,
} from '../train/project/define-rule.ts';
export { defineTransform, type OwnTransform } from '../train/project/define-transform.ts';
export { nn } from '../train/project/nn.ts';
export type { Recipe } from '../train/recipes/recipe.ts';
export type { EpochRow } from '../train/runs/checkpoint.ts';
