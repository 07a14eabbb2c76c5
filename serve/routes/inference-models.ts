// GET /v2/models/:model, and /ready, /config and /stats below it: what the Open Inference Protocol, version 2, says about
// a model.
import { z } from 'zod';
import { type Operation, refusals } from '../openapi/operation.ts';
import { modelConfig, modelMetadata } from '../openinference/metadata.ts';
import { modelConfigSchema, modelMetadataSchema, statisticsSchema } from '../openinference/schema.ts';
import { modelOf } from './classify.ts';
import type { Route, Services } from './route.ts';

const tag = 'Open Inference Protocol';

/** The paths of what is below a model: of its newest version, and of the version that is named. */
export function modelPaths(end: string): string[] {
  return [`/v2/models/:model${end}`, `/v2/models/:model/versions/:version{[0-9]+}${end}`];
}

export function inferenceModelRoutes({
  engine,
  limits,
  statistics,
}: Pick<Services, 'engine' | 'limits' | 'statistics'>): Route[] {
  const { models } = engine;
  return [
    {
      method: 'get',
      paths: ['/v2/models/stats'], // before /v2/models/:model, which matches it too
      openapi: {
        tag,
        summary: 'Counts and times of all models',
        answers: { 200: json('Since the server started', statisticsSchema), 401: refusals[401] },
        example: 'curl localhost:3000/v2/models/stats',
      },
      handle: (c) => c.json({ model_stats: models().map(statistics.of) }),
    },
    {
      method: 'get',
      paths: modelPaths(''),
      openapi: {
        tag,
        summary: 'Inputs and outputs of a model',
        answers: answers('The model', modelMetadataSchema),
        example: 'curl localhost:3000/v2/models/digits',
      },
      handle(c) {
        const model = modelOf(c, engine);
        const versions = models().filter(({ name }) => name === model.name);
        return c.json(
          modelMetadata(
            model,
            versions.map(({ version }) => version),
          ),
        );
      },
    },
    {
      method: 'get',
      paths: modelPaths('/ready'),
      openapi: {
        tag,
        summary: 'Whether a model can classify',
        answers: {
          ...answers('It can', z.object({ name: z.string(), ready: z.boolean() })),
          503: refusals[503],
        },
        example: 'curl localhost:3000/v2/models/digits/ready',
      },
      handle(c) {
        const { name } = modelOf(c, engine);
        const ready = engine.ready();
        return c.json({ name, ready }, ready ? 200 : 503);
      },
    },
    {
      method: 'get',
      paths: modelPaths('/config'),
      openapi: {
        tag,
        summary: "A model's configuration, in Triton's words",
        answers: answers('The configuration', modelConfigSchema),
        example: 'curl localhost:3000/v2/models/digits/config',
      },
      handle: (c) => c.json(modelConfig(modelOf(c, engine), limits)),
    },
    {
      method: 'get',
      paths: modelPaths('/stats'),
      openapi: {
        tag,
        summary: 'Counts and times of a model',
        answers: answers('Since the server started', statisticsSchema),
        example: 'curl localhost:3000/v2/models/digits/stats',
      },
      handle: (c) => c.json({ model_stats: [statistics.of(modelOf(c, engine))] }),
    },
  ];
}

function answers(description: string, schema: z.ZodType): Operation['answers'] {
  return { 200: json(description, schema), 401: refusals[401], 404: refusals[404] };
}

function json(description: string, schema: z.ZodType): Operation['answers'][number] {
  return { description, content: { 'application/json': schema } };
}
