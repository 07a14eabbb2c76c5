// A checkpoint: everything a training needs to go on, or a model to be exported, in one safetensors file.
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { digestsSchema } from '../datasets/digests.ts';
import { parseJson } from '../files/json.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { takeCode } from '../project/kept-code.ts';
import { type Recipe, resolveRecipe } from '../recipes/recipe.ts';

const FORMAT = 'trainyard-checkpoint/2';
/** As before, without a digest. */
const FORMER = 'trainyard-checkpoint/1';

const measured = {
  /** Share of the validation images that are wrong; of other tasks what decides there, see loop/evaluate.ts. */
  errorRate: z.number(),
  /** Of a recipe that balances its classes. */
  balanced: z.object({ balancedAccuracy: z.number(), accuracy: z.number() }).exactOptional(),
  /** Of several labels. */
  multi: z.object({ meanAveragePrecision: z.number(), f1: z.number(), exact: z.number() }).exactOptional(),
  /** Of numbers, an entry for each. */
  regression: z
    .object({
      meanAbsoluteError: z.array(z.number()),
      rootMeanSquareError: z.array(z.number()),
      r2: z.array(z.number()),
    })
    .exactOptional(),
};

export const rowSchema = z.object({
  /** From 1. */
  epoch: z.int(),
  step: z.int(),
  trainLoss: z.number(),
  validLoss: z.number(),
  ...measured,
  /** The same with the recipe's test-time augmentation, after the last epoch. */
  tta: z.object({ validLoss: z.number(), ...measured }).exactOptional(),
});

/** What a network answers to the test images. */
const testedSchema = z.object({
  /** Images. */
  n: z.int(),
  loss: z.number(),
  ...measured,
  /** The same with the recipe's test-time augmentation. */
  tta: z.object({ loss: z.number(), ...measured }).exactOptional(),
});

export const testResultsSchema = z.object({ best: testedSchema, last: testedSchema });

const progressSchema = z.object({
  /** Steps done. */
  step: z.int().min(0),
  stepsPerEpoch: z.int().min(1),
  /** Sum of the losses of the epoch's steps so far. */
  lossSum: z.number(),
  /** One row per epoch that is done. */
  history: z.array(rowSchema),
  /** SHA-256 of the data the run sees. */
  datasetDigests: digestsSchema,
  /** After the last epoch, where there are images that nothing is chosen by: of the best and of the last checkpoint. */
  tested: testResultsSchema.exactOptional(),
});

/** What the test images gave when a training had ended. */
export type TestResults = Readonly<z.output<typeof testResultsSchema>>;

/** Results of one epoch. */
export type EpochRow = z.output<typeof rowSchema>;

/** The row of the best epoch: fewest errors, then least loss, then the earliest, as they are in their order. */
export function bestOf(history: readonly EpochRow[]): EpochRow | undefined {
  return [...history].sort((a, b) => a.errorRate - b.errorRate || a.validLoss - b.validLoss)[0];
}

/** How far a training has come. It holds no times, so that equal trainings have equal checkpoints. */
export type TrainingProgress = z.output<typeof progressSchema>;

export interface Checkpoint {
  readonly recipe: Recipe;
  readonly progress: TrainingProgress;
  /**
   * Weights and statistics by name (`conv1/kernel`), and the optimizer's slots as `optimizer/<slot>/<weight>`.
   */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/**
 * Writes a checkpoint whole or not at all, with a digest of what is in it.
 * @throws UserError when it cannot be written, for example because the disk is full.
 */
export function writeCheckpoint(path: string, { recipe, progress, tensors }: Checkpoint): void {
  const texts = { recipe: canonicalJson(recipe), progress: canonicalJson(progress) };
  const metadata = { format: FORMAT, ...texts, sha256: digestOf(texts, tensors) };
  writeSafetensors(path, { tensors, metadata });
}

/**
 * @throws UserError when the file is missing, damaged (one wrong bit is enough), or not one of our checkpoints.
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(path);
  const { format, recipe = '', progress = '', sha256 } = metadata;
  if (format !== FORMAT && format !== FORMER)
    throw new UserError(
      `${path} is not a checkpoint of Trainyard: its format is ${JSON.stringify(format)}, expected ${FORMAT}.`,
    );
  if (format === FORMAT && sha256 !== digestOf({ recipe, progress }, tensors))
    throw new UserError(
      `${path} is damaged: its content does not have the SHA-256 that was written with it.`,
    );
  try {
    const read = resolveRecipe(parseJson(recipe, z.unknown(), 'Its recipe'));
    if (read.module !== undefined) takeCode(dirname(path), read.module);
    return {
      recipe: read,
      progress: parseJson(progress, progressSchema, 'Its progress'),
      tensors,
    };
  } catch (error) {
    throw new UserError(`${path} cannot be read by this version of Trainyard. ${messageOf(error)}`);
  }
}

/** SHA-256 of everything that a checkpoint says, names and shapes included. */
function digestOf(
  { recipe, progress }: { recipe: string; progress: string },
  tensors: ReadonlyMap<string, NamedTensor>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([recipe, progress]));
  for (const [name, { shape, values }] of tensors) hash.update(JSON.stringify([name, shape])).update(values);
  return hash.digest('hex');
}
