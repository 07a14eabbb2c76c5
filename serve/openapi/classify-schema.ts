// The query and the responses of the routes that classify.
import { z } from 'zod';

/** Predictions in a response when the request does not say how many. */
const TOP = 10;

const MOST = 999_999_999;
const message = 'a whole number from 1';
/** As text, as addresses have it. */
const wholeNumber = z.preprocess(
  (value) => (typeof value === 'string' && /^[1-9][0-9]*$/.test(value) ? Number(value) : value),
  z.int(message).min(1, message).max(MOST, message),
);
const embedding = z
  .preprocess(
    (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
    z.boolean('true or false'),
  )
  .default(false)
  .describe('Whether the response has embeddings, too');
const top = wholeNumber.default(TOP).describe('Predictions in the response at most');

/** Options of POST /classify. The messages say what is expected. */
export const querySchema = z.strictObject({
  model: z.string().min(1, 'the name of a model').optional().describe('Name of the model'),
  version: wholeNumber.optional().describe('Its version; by default the newest'),
  top,
  embedding,
});

/** Options where the path names the model. */
export const namedQuerySchema = z.strictObject({ top, embedding });

export const predictionSchema = z
  .object({
    label: z.string(),
    probability: z.number().describe('From 0 to 1'),
  })
  .meta({ id: 'Prediction' });

export const timingsSchema = z
  .object({ decode: z.number(), prepare: z.number(), queue: z.number(), run: z.number() })
  .describe('Milliseconds of each stage')
  .meta({ id: 'Timings' });

const modelSchema = { model: z.string(), version: z.int() };
const predictionsSchema = z
  .array(predictionSchema)
  .describe('The most probable first; "label" and "probability" repeat the first of them');

/** Of models that say it. */
const familiaritySchema = {
  known: z
    .boolean()
    .optional()
    .describe('Whether the picture is of a kind that the model knows; if not, it is none of the labels'),
  novelty: z
    .number()
    .optional()
    .describe('How strange the picture is, from 0 to 1: known up to the threshold in the card'),
};

/** The most probable label. */
const singleAnswer = {
  task: z.literal('single').describe('One of the labels'),
  ...predictionSchema.shape,
  predictions: predictionsSchema,
};

/** All labels that a picture has. */
const multiAnswer = {
  task: z.literal('multi').describe('Any number of the labels'),
  labels: z
    .array(predictionSchema)
    .describe('Those whose probability is at least their threshold, the most probable first; perhaps none'),
  predictions: z
    .array(
      predictionSchema
        .extend({ threshold: z.number().describe('From which probability on it is among "labels"') })
        .meta({ id: 'ThresholdPrediction' }),
    )
    .describe('The most probable first, whether or not the picture has them'),
};

/** Numbers. */
const regressionAnswer = {
  task: z.literal('regression').describe('One number or several'),
  values: z
    .record(z.string(), z.number().nullable())
    .describe('Each number by its name, in the units of what the model was trained on'),
  outside: z
    .array(z.string())
    .describe(
      'The names of those that are outside of what the model was trained on: nothing was ever shown for them',
    ),
};

/** Where it is asked for. */
const embeddingSchema = {
  embedding: z
    .array(z.number())
    .optional()
    .describe(
      'The features that the last dense layer of the model takes, float32; pictures that are alike have a cosine near 1',
    ),
};

const rest = { ...familiaritySchema, ...embeddingSchema, timings: timingsSchema };

/** The response for one picture, by the task of the model. */
export const classifyResponseSchema = z.discriminatedUnion('task', [
  z.object({ ...modelSchema, ...singleAnswer, ...rest }).meta({ id: 'Classification' }),
  z.object({ ...modelSchema, ...multiAnswer, ...rest }).meta({ id: 'MultiClassification' }),
  z.object({ ...modelSchema, ...regressionAnswer, ...rest }).meta({ id: 'Regression' }),
]);

const file = z.string().optional();

/** The result for one of several pictures: a bad picture does not affect the others. */
export const resultSchema = z.union([
  z.object({ file, ...singleAnswer, ...rest }).meta({ id: 'ClassifiedPicture' }),
  z.object({ file, ...multiAnswer, ...rest }).meta({ id: 'MultiClassifiedPicture' }),
  z.object({ file, ...regressionAnswer, ...rest }).meta({ id: 'MeasuredPicture' }),
  z.object({ file, error: z.string(), status: z.int() }).meta({ id: 'RefusedPicture' }),
]);

/** The response for several pictures, in their order. */
export const classifyManyResponseSchema = z
  .object({ ...modelSchema, results: z.array(resultSchema) })
  .meta({ id: 'Classifications' });

export type ClassifyResponse = z.infer<typeof classifyResponseSchema>;
