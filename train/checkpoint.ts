// A checkpoint: everything a training needs to go on, or a model to be exported, in one safetensors file.
import { z } from 'zod';
import { canonicalJson } from '../models/canonical.ts';
import { UserError } from '../models/errors.ts';
import { type Recipe, recipeSchema } from './recipes/recipe.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from './safetensors.ts';

const FORMAT = 'trainyard-checkpoint/1';

const rowSchema = z.object({
  /** From 1. */
  epoch: z.int(),
  step: z.int(),
  trainLoss: z.number(),
  validLoss: z.number(),
  /** Share of the validation images that are wrong. */
  errorRate: z.number(),
});

const progressSchema = z.object({
  /** Steps done. */
  step: z.int().min(0),
  stepsPerEpoch: z.int().min(1),
  /** Sum of the losses of the epoch's steps so far. */
  lossSum: z.number(),
  /** One row per epoch that is done. */
  history: z.array(rowSchema),
  /** SHA-256 of the data the run sees. */
  datasetDigests: z.object({ train: z.string(), test: z.string() }),
});

/** Results of one epoch. */
export type EpochRow = z.output<typeof rowSchema>;

/** How far a training has come. It holds no times, so that equal trainings have equal checkpoints. */
export type Progress = z.output<typeof progressSchema>;

export interface Checkpoint {
  readonly recipe: Recipe;
  readonly progress: Progress;
  /**
   * Weights and statistics by name (`conv1/kernel`), and the optimizer's slots as `optimizer/<slot>/<weight>`.
   */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/** Writes a checkpoint whole or not at all. */
export function writeCheckpoint(path: string, { recipe, progress, tensors }: Checkpoint): void {
  const metadata = { format: FORMAT, recipe: canonicalJson(recipe), progress: canonicalJson(progress) };
  writeSafetensors(path, { tensors, metadata });
}

/**
 * @throws UserError when the file is missing, damaged, or not one of our checkpoints.
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.format !== FORMAT)
    throw new UserError(
      `${path} is not a checkpoint of Trainyard: its format is ${JSON.stringify(metadata.format)}, expected ${FORMAT}`,
    );
  try {
    const recipe = recipeSchema.parse(JSON.parse(metadata.recipe ?? ''));
    const progress = progressSchema.parse(JSON.parse(metadata.progress ?? ''));
    return { recipe, progress, tensors };
  } catch (error) {
    throw new UserError(`${path} holds a recipe that this version cannot read: ${error}`);
  }
}
