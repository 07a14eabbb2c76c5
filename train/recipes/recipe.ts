// What a recipe is: everything that decides how a training goes, as plain data.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { prepareSchema } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { withTodaysSpellings } from '../../models/old-spellings.ts';
import { architectureSchema } from '../architectures/index.ts';
import { pretrainedSchema } from '../architectures/pretrained.ts';
import { augmentSchema } from '../augment/index.ts';
import { backboneSchema } from '../backbone/schema.ts';
import { groupSchema } from '../optimizers/groups.ts';
import { optimizerSchema } from '../optimizers/index.ts';
import { scheduleSchema } from '../optimizers/schedule.ts';

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes');
const perChannel = z.array(z.number()).min(1);

export const recipeSchema = z
  .strictObject({
    name: nameSchema,
    /** Name of the model that it makes, where that is not the recipe's own. */
    model: nameSchema.exactOptional(),
    description: z.string(),
    /** What was chosen of the options of the recipe's family, by option; see family.ts. */
    options: z.record(z.string(), z.string()).exactOptional(),
    /** The name of a dataset, or the absolute path of a folder or a table of pictures. */
    dataset: z.string(),
    /** How a folder's pictures are read: side of the network's input, share of each class for validation. */
    folder: z
      .strictObject({
        size: z.int().min(8).max(1024),
        valid: z.number().gt(0).lt(1),
        /** Gray pictures. */
        channels: z.literal(1).exactOptional(),
      })
      .exactOptional(),
    /** Trains on the first so many training images alone. */
    images: z.int().min(1).exactOptional(),
    /** SHA-256 of the weights from which it starts, where they are another training's; see start.ts. */
    from: z.string().exactOptional(),
    /** What the dataset `circles` draws; see train/datasets/circles.ts. */
    circles: z
      .strictObject({
        from: z.int().min(0),
        to: z.int().max(255),
        radius: z.tuple([z.number().min(1), z.number().min(1)]),
        gap: z.number().min(0),
        side: z.int().min(8).max(1024),
        train: z.int().min(1),
        test: z.int().min(1),
      })
      .exactOptional(),
    architecture: architectureSchema,
    /** Trains a head on the features that a file from elsewhere makes of pictures; see train/backbone. */
    backbone: backboneSchema.exactOptional(),
    /** Starts from a backbone that was trained on other pictures; see pretrained.ts. */
    pretrained: pretrainedSchema.exactOptional(),
    /** Mean and deviation of the pixels, on a scale from 0 to 1, one number per channel. */
    standardize: z.strictObject({
      mean: perChannel,
      deviation: perChannel,
      /** Subtracts the mean of each pixel over the training images instead of `mean`; see mean-image.ts. */
      meanImage: z.literal(true).exactOptional(),
    }),
    /** How the server and the page turn a picture into an input. */
    prepare: prepareSchema,
    augment: augmentSchema,
    optimizer: optimizerSchema,
    schedule: scheduleSchema,
    /** Trains the head alone for the first of the epochs, by a schedule of its own; see stages.ts. */
    freeze: z.strictObject({ epochs: z.int().min(1), schedule: scheduleSchema }).exactOptional(),
    /** Share of the target spread evenly over all classes. */
    labelSmoothing: z.number().min(0).lt(1),
    /** Weights that are trained by other numbers; the first group that matches counts. */
    groups: z.array(groupSchema).default([]),
    /** Longest global norm of the gradients; 0 does not clip. */
    clipNorm: z.number().min(0).default(0),
    /** Evaluates and exports an exponential moving average of weights and statistics, taken every so many steps. */
    average: z
      .strictObject({ decay: z.number().min(0).lt(1), every: z.int().min(1).default(1) })
      .exactOptional(),
    /** Slow weights, to which the fast ones return; see fit.ts. */
    lookahead: z
      .strictObject({
        every: z.int().min(1),
        decay: z.number().min(0).lt(1),
        power: z.number().min(0).default(0),
      })
      .exactOptional(),
    /** Images per update. */
    batchSize: z.int().min(1),
    /** Parts in which a batch is computed, one after another, to save memory. */
    accumulate: z.int().min(1).default(1),
    precision: z.enum(['float32', 'bfloat16']).default('float32'),
    /** Test-time augmentation: over which views of a picture the last epoch's answers are averaged as well. */
    tta: z.enum(['none', 'mirror', 'mirror-shift']).default('none'),
    epochs: z.int().min(1),
    /** Steps in all, where that is not a number of whole epochs. */
    steps: z.int().min(1).exactOptional(),
    /** Wall time that `steps` was measured to take, in seconds; see plan.ts. */
    budget: z.number().positive().exactOptional(),
    seed: z.int(),
  })
  .refine(({ batchSize, accumulate }) => batchSize % accumulate === 0, {
    path: ['accumulate'],
    message: 'must divide the batch size',
  });

/** A recipe with every default filled in. */
export type Recipe = z.output<typeof recipeSchema>;

/** A recipe as it is written down. */
export type RecipeInput = z.input<typeof recipeSchema>;

/**
 * Checks a recipe and fills in its defaults.
 * @throws UserError that names each field that is wrong.
 */
export function resolveRecipe(input: unknown): Recipe {
  const result = recipeSchema.safeParse(withTodaysSpellings(input));
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.') || 'recipe'}: ${message}`);
  throw new UserError(`The recipe is not valid:\n${lines.join('\n')}`);
}

/** Steps in all. */
export function stepsOf({ steps, epochs }: Recipe, stepsPerEpoch: number): number {
  return steps ?? epochs * stepsPerEpoch;
}

/** SHA-256 of the recipe: two trainings with equal digests, data and machine end in equal weights. */
export function recipeDigest(recipe: Recipe): string {
  return createHash('sha256').update(canonicalJson(recipe)).digest('hex');
}
