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
const top = wholeNumber.default(TOP).describe('Predictions in the response at most');

/** Options of POST /classify. The messages say what is expected. */
export const querySchema = z.strictObject({
  model: z.string().min(1, 'the name of a model').optional().describe('Name of the model'),
  version: wholeNumber.optional().describe('Its version; by default the newest'),
  top,
});

/** Options where the path names the model. */
export const namedQuerySchema = z.strictObject({ top });

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

/** The response for one picture. */
export const classifyResponseSchema = z
  .object({
    ...modelSchema,
    ...predictionSchema.shape,
    predictions: predictionsSchema,
    ...familiaritySchema,
    timings: timingsSchema,
  })
  .meta({ id: 'Classification' });

/** The result for one of several pictures: a bad picture does not affect the others. */
export const resultSchema = z.union([
  z
    .object({
      file: z.string().optional(),
      ...predictionSchema.shape,
      predictions: predictionsSchema,
      ...familiaritySchema,
      timings: timingsSchema,
    })
    .meta({ id: 'ClassifiedPicture' }),
  z
    .object({ file: z.string().optional(), error: z.string(), status: z.int() })
    .meta({ id: 'RefusedPicture' }),
]);

/** The response for several pictures, in their order. */
export const classifyManyResponseSchema = z
  .object({ ...modelSchema, results: z.array(resultSchema) })
  .meta({ id: 'Classifications' });

export type ClassifyResponse = z.infer<typeof classifyResponseSchema>;
export type ClassifyResult = z.infer<typeof resultSchema>;
