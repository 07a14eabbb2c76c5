// What a recipe is: everything that decides how a training goes, as plain data.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { prepareSchema } from '../../models/card/fields.ts';
import { withTodaysSpellings } from '../../models/old-spellings.ts';
import { valid } from '../../models/validate.ts';
import { pretrainedSchema } from '../architectures/pretrained.ts';
import { type AugmentOptions, type AugmentOptionsOf, augmentSchemaOf } from '../augment/schema.ts';
import { backboneSchema } from '../backbone/schema.ts';
import type { DatasetDefinition } from '../datasets/index.ts';
import { type InputOf, type Named, namedSchema } from '../definition.ts';
import { distillSchema } from '../distill/schema.ts';
import { groupSchema } from '../optimizers/groups.ts';
import { type AnyOptimizer, type OptimizerInput, optimizerSchemaOf } from '../optimizers/index.ts';
import { type AnySchedule, type ScheduleInput, scheduleSchemaOf } from '../optimizers/schedules/index.ts';
import { classWeightsSchema, numberLossSchema, TASKS, taskSchema } from '../tasks/task.ts';
import { type BuiltIn, builtIn, type Registry } from './registry.ts';

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes');
const perChannel = z.array(z.number()).min(1);

/** Where a recipe of a user's own comes from: its names mean what the code of that module defines. */
const moduleSchema = z.strictObject({
  /** Absolute; in a card the file's name alone. */
  path: z.string(),
  /** SHA-256 of the code, its own imports with it; see train/project. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in 64 hex digits'),
});

/** The module that a recipe of a user's own comes from. */
export type ModuleOfRecipe = Readonly<z.output<typeof moduleSchema>>;

/** Fields before those that the lists decide: what a recipe is called, and its data. */
const first = {
  name: nameSchema,
  /** Name of the model that it makes, where that is not the recipe's own. */
  model: nameSchema.exactOptional(),
  description: z.string(),
  module: moduleSchema.exactOptional(),
  /** What was chosen of the options of the recipe's family, by option; see family.ts. */
  options: z.record(z.string(), z.string()).exactOptional(),
  /** What is learned, where that is not one class for each picture; the data are of the same task. */
  task: taskSchema.exactOptional(),
  /** How far numbers are off, of which the mean is minimized: Huber's distance if left out. */
  loss: numberLossSchema.exactOptional(),
  /** The name of a data set, or the absolute path of a folder, a table or a shard of pictures. */
  dataset: z.string(),
  /** How a folder's pictures are read: side of the network's input, share of each class for validation. */
  folder: z
    .strictObject({
      size: z.int().min(8).max(1024),
      valid: z.number().gt(0).lt(1),
      /** There was a test folder that could have validated, and was kept; without this it validates, as it once did. */
      test: z.literal('kept').exactOptional(),
      /** Where the pictures of the test are, if elsewhere; absolute. */
      tests: z.string().exactOptional(),
      /** What is learned of a table, where a person says it. */
      as: z.enum(TASKS).exactOptional(),
      /** The columns of a table to learn. */
      label: z.array(z.string()).min(1).exactOptional(),
      /** What is between several labels in a cell. */
      delimiter: z.string().min(1).exactOptional(),
      /** What groups the pictures, which are not put on two sides: a column, `folder`, or a pattern of paths. */
      group: z.string().min(1).exactOptional(),
      /** Which of several folds validates, from 1, in place of a share. */
      fold: z.strictObject({ of: z.int().min(2), at: z.int().min(1) }).exactOptional(),
      /** Gray pictures. */
      channels: z.literal(1).exactOptional(),
    })
    .exactOptional(),
  /** Trains on the first so many training images alone. */
  images: z.int().min(1).exactOptional(),
  /**
   * How many images of a data set with test images of its own validate; or the test images do, as in publications that
   * keep no others. A recipe with its defaults filled in leaves out the latter, as those of earlier versions do.
   */
  validation: z.union([z.int().min(1), z.literal('test')]).exactOptional(),
  /** SHA-256 of the weights from which it starts, where they are another training's; see loop/initial-weights.ts. */
  from: z.string().exactOptional(),
};

/** Fields between the architecture and the augmentation. */
const middle = {
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
};

/** Fields after the schedules. */
const last = {
  /** Sides at which pictures are seen before they are at their own, in equal shares of the epochs; see loop/phases.ts. */
  sizes: z.array(z.int().min(8).max(1024)).min(1).exactOptional(),
  /** Share of the target spread evenly over all classes. */
  labelSmoothing: z.number().min(0).lt(1),
  /** What a picture of each class counts in the loss. */
  classWeights: classWeightsSchema.exactOptional(),
  /** Shows pictures of every class as often, those of small ones several times in an epoch; each once if left out. */
  sampling: z.literal('balanced').exactOptional(),
  /** Gamma of the focal loss, by which what is answered well counts less. */
  focal: z.number().min(1).exactOptional(),
  /** Learns a teacher's answers beside the labels; see train/distill. */
  distill: distillSchema.exactOptional(),
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
  /** Ends after so many epochs without a better one; see patience.ts. */
  patience: z.int().min(1).exactOptional(),
  /** Steps in all, where that is not a number of whole epochs. */
  steps: z.int().min(1).exactOptional(),
  /** Lengths that a run was given before this one, each with the step up to which it held; see lengths.ts. */
  formerLengths: z
    .array(
      z.strictObject({
        until: z.int().min(1),
        epochs: z.int().min(1),
        steps: z.int().min(1).exactOptional(),
      }),
    )
    .exactOptional(),
  /** Wall time that `steps` was measured to take, in seconds; see plan.ts. */
  budget: z.number().positive().exactOptional(),
  seed: z.int(),
};

type Fixed = z.ZodObject<typeof first & typeof middle & typeof last, z.core.$strict>;

/** The names of those data sets that have options. */
type WithOptions<D extends DatasetDefinition> =
  D extends DatasetDefinition<infer Name, infer Options>
    ? keyof Options extends never
      ? never
      : Name
    : never;

/** The options of a data set. */
type DatasetOptions<D extends DatasetDefinition, Name> =
  Extract<D, { name: Name }> extends DatasetDefinition<string, infer Options>
    ? z.ZodObject<Options, z.core.$strict>
    : never;

type Flat<T> = { [K in keyof T]: T[K] };

/** A recipe as it is written down, of what the lists of `R` have. */
export type RecipeInputOf<R extends Registry> = Flat<
  z.input<Fixed> & {
    // The options of a data set are in a field that is called as it is.
    [Name in WithOptions<R['datasets'][number]>]?: z.input<DatasetOptions<R['datasets'][number], Name>>;
  } & {
    architecture: InputOf<R['architectures'][number]>;
    augment: AugmentOptionsOf<R['transforms'][number]>;
    optimizer: OptimizerInput<R['optimizers'][number]>;
    schedule: ScheduleInput<R['schedules'][number]>;
    /** Trains the head alone for the first of the epochs, by a schedule of its own; see stages.ts. */
    freeze?: { epochs: number; schedule: ScheduleInput<R['schedules'][number]> };
  }
>;

/** A recipe as it is written down. */
export type RecipeInput = RecipeInputOf<BuiltIn>;

/** A recipe with every default filled in; what it names may be built in or a user's own. */
export type Recipe = Flat<
  z.output<Fixed> & {
    [Name in WithOptions<BuiltIn['datasets'][number]>]?: z.output<
      DatasetOptions<BuiltIn['datasets'][number], Name>
    >;
  } & {
    architecture: Named;
    augment: AugmentOptions;
    optimizer: AnyOptimizer;
    schedule: AnySchedule;
    freeze?: { epochs: number; schedule: AnySchedule };
  }
>;

/** The schema of recipes that name what is in these lists, the built-in ones where none are given. */
export function createRecipeSchema(own: Partial<Registry> = {}): z.ZodType<Recipe> {
  const { architectures, datasets, optimizers, schedules, transforms }: Registry = { ...builtIn, ...own };
  const schedule = scheduleSchemaOf(schedules);
  const dataOptions = datasets.flatMap(({ name, options }) =>
    options === undefined ? [] : [[name, z.strictObject(options).exactOptional()] as const],
  );
  const schema = z
    .strictObject({
      ...first,
      ...Object.fromEntries(dataOptions),
      architecture: namedSchema(architectures),
      ...middle,
      augment: augmentSchemaOf(transforms),
      optimizer: optimizerSchemaOf(optimizers),
      schedule,
      freeze: z.strictObject({ epochs: z.int().min(1), schedule }).exactOptional(),
      ...last,
    })
    .overwrite(withoutTest)
    .refine(({ batchSize, accumulate }) => batchSize % accumulate === 0, {
      path: ['accumulate'],
      message: 'must divide the batch size',
    });
  // zod's types follow no lists of unknown length.
  return schema as unknown as z.ZodType<Recipe>;
}

/** The schema of recipes that name what is built in. */
export const recipeSchema = createRecipeSchema();

/**
 * The schema of recipes of a module that is not loaded: the options of what they name were checked when they were made,
 * and are again when it is.
 */
const foreignSchema = (() => {
  const named = z.looseObject({ name: z.string() });
  const schedule = z.looseObject({ name: z.string(), learningRate: z.number().positive() });
  const schema = z.strictObject({
    ...first,
    ...middle,
    ...last,
    module: moduleSchema,
    circles: z.unknown().exactOptional(),
    architecture: named,
    augment: z.looseObject({}),
    optimizer: z.looseObject({ name: z.string(), weightDecay: z.number().nonnegative().default(0) }),
    schedule,
    freeze: z.strictObject({ epochs: z.int().min(1), schedule }).exactOptional(),
  });
  return schema as unknown as z.ZodType<Recipe>;
})();

/** `validation: 'test'` is what is meant where nothing is said. */
function withoutTest<R extends { validation?: unknown }>(recipe: R): R {
  const { validation, ...rest } = recipe;
  // The same fields, without one that may be left out.
  return validation === 'test' ? (rest as R) : recipe;
}

function schemaFor(input: unknown, own: Partial<Registry> | undefined): z.ZodType<Recipe> {
  if (own !== undefined) return createRecipeSchema(own);
  const isForeign = typeof input === 'object' && input !== null && 'module' in input;
  return isForeign ? foreignSchema : recipeSchema;
}

/**
 * Checks a recipe and fills in its defaults; of one from a module, without `own`, only what is not of that module.
 * @param own - Lists of a user's own, instead of the built-in ones.
 * @throws UserError that names each field that is wrong, with what was received and what was expected.
 */
export function resolveRecipe(input: unknown, own?: Partial<Registry>): Recipe {
  return valid(schemaFor(input, own), withTodaysSpellings(input), 'The recipe is not valid', 'recipe');
}

/** `recipe` for so many epochs, whatever steps it has in all, and from its own initial weights: for measurements. */
export function trialOf(
  { steps: _steps, budget: _budget, formerLengths: _former, from: _from, ...recipe }: Recipe,
  epochs: number,
): Recipe {
  return { ...recipe, epochs };
}

/** SHA-256 of the recipe: two trainings with equal digests, data and machine end in equal weights. */
export function recipeDigest(recipe: Recipe): string {
  return createHash('sha256').update(canonicalJson(recipe)).digest('hex');
}
