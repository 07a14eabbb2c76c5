// POST /classify: pictures in, the most probable labels out.
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { nearest } from '../../models/nearest.ts';
import type { Timings } from '../engine/events.ts';
import type { Engine, Source } from '../engine/index.ts';
import { chooseModel, keyOf, type ServedModel } from '../engine/models.ts';
import { rank } from '../engine/rank.ts';
import { type Pictures, readPictures } from '../forms/read.ts';
import type { Env } from '../http/context.ts';
import { answerJson } from '../http/respond.ts';
import type { Hold } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import { settleAll } from '../settle.ts';

/** Predictions in an answer when the request does not say how many. */
const TOP = 10;

const wholeNumber = z
  .string()
  .regex(/^[1-9][0-9]{0,8}$/, 'a whole number from 1')
  .transform(Number);
const top = wholeNumber.default(TOP).describe('Predictions in the answer at most');

/** Options of POST /classify. Messages say what is expected. */
export const querySchema = z.strictObject({
  model: z.string().min(1, 'the name of a model').optional().describe('Name of the model'),
  version: wholeNumber.optional().describe('Its version; by default the newest'),
  top,
});

/** Options where the address names the model. */
export const namedQuerySchema = z.strictObject({ top });

export const predictionSchema = z.object({
  label: z.string(),
  probability: z.number().describe('From 0 to 1'),
});

export const timingsSchema = z
  .object({ decode: z.number(), prepare: z.number(), queue: z.number(), run: z.number() })
  .describe('Milliseconds of each stage');

const modelSchema = { model: z.string(), version: z.int() };
const predictionsSchema = z
  .array(predictionSchema)
  .describe('The most probable first; "label" and "probability" repeat the first of them');

/** The answer for one picture. */
export const answerSchema = z.object({
  ...modelSchema,
  ...predictionSchema.shape,
  predictions: predictionsSchema,
  timings: timingsSchema,
});

/** The answer for one of several pictures: a bad one does not spoil the others. */
export const resultSchema = z.union([
  z.object({
    file: z.string().optional(),
    ...predictionSchema.shape,
    predictions: predictionsSchema,
    timings: timingsSchema,
  }),
  z.object({ file: z.string().optional(), error: z.string(), status: z.int() }),
]);

/** The answer for several pictures, in their order. */
export const answersSchema = z.object({ ...modelSchema, results: z.array(resultSchema) });

export type Answer = z.infer<typeof answerSchema>;
type Result = z.infer<typeof resultSchema>;

export function classifyRoutes(engine: Engine, limits: Limits, hold: Hold): Hono<Env> {
  const app = new Hono<Env>();
  const readQuery = queryReader(querySchema);
  const readNamedQuery = queryReader(namedQuerySchema);

  app.post('/classify', (c) => {
    const { model, version, top } = readQuery(c);
    return classify(c, chooseModel(engine.models(), model, version), top);
  });

  app.post('/models/:model/classify', (c) => {
    const { top } = readNamedQuery(c);
    return classify(c, chooseModel(engine.models(), c.req.param('model')), top);
  });

  app.post('/models/:model/versions/:version{[0-9]+}/classify', (c) => {
    const { top } = readNamedQuery(c);
    const version = Number(c.req.param('version'));
    return classify(c, chooseModel(engine.models(), c.req.param('model'), version), top);
  });

  async function classify(c: Context<Env>, model: ServedModel, top: number): Promise<Response> {
    c.set('model', keyOf(model));
    const held = hold();
    try {
      const { many, sources } = await readPictures(c, limits, held);
      const [first] = sources;
      return many || first === undefined
        ? await answerMany(c, model, sources, top)
        : await answerOne(c, model, first.source, top);
    } finally {
      held.release();
    }
  }

  async function answerOne(c: Context<Env>, model: ServedModel, source: Source, top: number) {
    const { probabilities, timings } = await engine.classify(model, source, { gone: () => isGone(c) });
    c.set('stages', timings);
    const { name, version } = model;
    const { label, probability, predictions, timings: shown } = result(model, probabilities, timings, top);
    return answerJson(c, { model: name, version, label, probability, predictions, timings: shown });
  }

  /** 200 when at least one was classified, otherwise the status of the first. */
  async function answerMany(c: Context<Env>, model: ServedModel, sources: Pictures['sources'], top: number) {
    const results = await settleAll(
      sources.map(async ({ source, file }): Promise<Result> => {
        try {
          const { probabilities, timings } = await engine.classify(model, source, { gone: () => isGone(c) });
          return { file, ...result(model, probabilities, timings, top) };
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return { file, error: error.message, status: error.status };
        }
      }),
    );
    const [worst] = results.map((one) => ('status' in one ? one.status : 200));
    const status = results.some((one) => !('status' in one)) ? 200 : worst;
    return answerJson(c, { model: model.name, version: model.version, results }, status);
  }

  return app;
}

/** Whether the client has gone, so that nobody waits for the answer. */
export function isGone(c: Context<Env>): boolean {
  return c.env?.outgoing?.destroyed === true;
}

function result(model: ServedModel, probabilities: Float32Array, timings: Timings, top: number) {
  const predictions = rank(model.card.labels, probabilities, top).map(({ label, probability }) => ({
    label,
    probability,
  }));
  const [best] = predictions;
  if (best === undefined) throw new Error(`${keyOf(model)} has no labels`);
  const { label, probability } = best;
  return { label, probability, predictions, timings: rounded(timings) };
}

/** To the microsecond: further digits are noise. */
function rounded({ decode, prepare, queue, run }: Timings): Timings {
  const micro = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
  return { decode: micro(decode), prepare: micro(prepare), queue: micro(queue), run: micro(run) };
}

/** Queries that are remembered: a client's are all alike. */
const REMEMBERED = 64;

/** Reads the query of a request by a schema. One that was read before is not read again. */
function queryReader<T extends z.ZodRawShape>(schema: z.ZodObject<T>) {
  const known = new Map<string, z.infer<z.ZodObject<T>>>();
  return (c: Context<Env>) => {
    const { url } = c.req;
    const start = url.indexOf('?');
    const text = start === -1 ? '' : url.slice(start);
    let query = known.get(text);
    if (query === undefined) {
      query = parseQuery(schema, c.req.query());
      if (known.size < REMEMBERED && text.length < 100) known.set(text, query);
    }
    return query;
  };
}

function parseQuery<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  query: Record<string, string>,
): z.infer<z.ZodObject<T>> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const known = Object.keys(schema.shape);
  const complaints = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      const key = String(issue.path[0]);
      return [`${key}: received ${JSON.stringify(query[key])}, expected ${issue.message}`];
    }
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return `received an option "${key}", ${near === undefined ? `expected ${known.join(', ')}` : `did you mean "${near}"?`}`;
    });
  });
  throw new Refusal(400, complaints.join('; '));
}
