// POST /classify: a picture in, the most probable labels out.
import { Hono } from 'hono';
import { setMetric } from 'hono/timing';
import { z } from 'zod';
import { nearest } from '../../models/nearest.ts';
import { createClassifier } from '../classifier.ts';
import type { Limits } from '../limits.ts';
import { chooseModel } from '../models.ts';
import type { Timings } from '../observe.ts';
import { Refusal } from '../refusal.ts';
import type { ModelPool } from '../sessions/pool.ts';
import { createMemory } from '../upload/memory.ts';
import { type Env, readPicture } from '../upload/picture.ts';

/** Predictions in an answer when the request does not say how many. */
const TOP = 10;

const wholeNumber = z
  .string()
  .regex(/^[1-9][0-9]{0,8}$/, 'a whole number from 1')
  .transform(Number);

/** Messages say what is expected. */
const querySchema = z.strictObject({
  model: z.string().min(1, 'the name of a model').optional(),
  version: wholeNumber.optional(),
  top: wholeNumber.default(TOP),
});

export interface Prediction {
  readonly label: string;
  /** From 0 to 1. */
  readonly probability: number;
}

/** The answer of POST /classify. */
export interface Answer extends Prediction {
  readonly model: string;
  readonly version: number;
  /** The most probable first; `label` and `probability` repeat the first of them. */
  readonly predictions: readonly Prediction[];
  /** Milliseconds. */
  readonly timings: Timings;
}

export function classifyRoutes(models: Pick<ModelPool, 'models' | 'run'>, limits: Limits): Hono<Env> {
  const app = new Hono<Env>();
  const classify = createClassifier(models, limits);
  const hold = createMemory(limits.heldBytes);

  app.post('/classify', async (c) => {
    const { model: name, version, top } = parseQuery(c.req.query());
    const model = chooseModel(models.models(), name, version);
    const held = hold();
    try {
      const bytes = await readPicture(c, limits.bodyBytes, held);
      const { probabilities, timings } = await classify(model, bytes);
      for (const [stage, milliseconds] of Object.entries(timings)) setMetric(c, stage, milliseconds);
      const predictions = rank(model.card.labels, probabilities).slice(0, top);
      const [best] = predictions;
      if (best === undefined) throw new Error(`${model.name}/${model.version} has no labels`);
      return c.json({
        model: model.name,
        version: model.version,
        ...best,
        predictions,
        timings: rounded(timings),
      } satisfies Answer);
    } finally {
      held.release();
    }
  });

  return app;
}

/** Labels with their probabilities, the most probable first; equally probable ones in the order of the labels. */
export function rank(labels: readonly string[], probabilities: ArrayLike<number>): Prediction[] {
  return labels
    .map((label, i) => ({ label, probability: probabilities[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
}

/** To the microsecond: further digits are noise. */
function rounded({ decode, prepare, queue, run }: Timings): Timings {
  const micro = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
  return { decode: micro(decode), prepare: micro(prepare), queue: micro(queue), run: micro(run) };
}

function parseQuery(query: Record<string, string>): z.infer<typeof querySchema> {
  const result = querySchema.safeParse(query);
  if (result.success) return result.data;
  const known = Object.keys(querySchema.shape);
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
