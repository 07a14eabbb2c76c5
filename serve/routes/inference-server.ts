// GET /v2, /v2/health/live, /v2/health/ready: what the Open Inference Protocol, version 2, says about the server.
import { z } from 'zod';
import { version } from '../../setup/paths.mjs';
import { type Operation, refusals } from '../openapi/operation.ts';
import { serverMetadata } from '../openinference/metadata.ts';
import { serverMetadataSchema } from '../openinference/schema.ts';
import type { Route, Services } from './route.ts';

const tag = 'Open Inference Protocol';

export function inferenceServerRoutes({ engine }: Pick<Services, 'engine'>): Route[] {
  return [
    {
      method: 'get',
      paths: ['/v2'],
      openapi: {
        tag,
        summary: 'The server and its extensions',
        answers: { 200: json('The server', serverMetadataSchema), 401: refusals[401] },
        example: 'curl localhost:3000/v2',
      },
      handle: (c) => c.json(serverMetadata(version)),
    },
    {
      method: 'get',
      paths: ['/v2/health/live'],
      access: 'open',
      openapi: {
        tag,
        summary: 'Whether the process is alive',
        answers: { 200: json('It is', z.object({ live: z.boolean() })) },
        example: 'curl localhost:3000/v2/health/live',
      },
      handle: (c) => c.json({ live: true }),
    },
    {
      method: 'get',
      paths: ['/v2/health/ready'],
      access: 'open',
      openapi: {
        tag,
        summary: 'Whether it can classify',
        answers: {
          200: json('It can', z.object({ ready: z.boolean() })),
          503: json('It cannot: it starts or stops', z.object({ ready: z.boolean() })),
        },
        example: 'curl localhost:3000/v2/health/ready',
      },
      handle(c) {
        const ready = engine.ready();
        return c.json({ ready }, ready ? 200 : 503);
      },
    },
  ];
}

function json(description: string, schema: z.ZodType): Operation['answers'][number] {
  return { description, content: { 'application/json': schema } };
}
