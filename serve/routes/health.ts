// GET /healthz: the process is alive. GET /readyz: it can classify, so traffic may be sent.
import { z } from 'zod';
import { errorSchema } from '../openapi/operation.ts';
import type { Route, Services } from './route.ts';

const tag = 'Operation';

export function healthRoutes({ engine }: Pick<Services, 'engine'>): Route[] {
  return [
    {
      method: 'get',
      paths: ['/healthz'],
      access: 'open',
      openapi: {
        tag,
        summary: 'Whether the process is alive',
        answers: {
          200: {
            description: 'It is',
            content: { 'application/json': z.object({ status: z.literal('ok') }) },
          },
        },
        example: 'curl localhost:3000/healthz',
      },
      handle: (c) => c.json({ status: 'ok' }),
    },
    {
      method: 'get',
      paths: ['/readyz'],
      access: 'open',
      openapi: {
        tag,
        summary: 'Whether it can classify, so that traffic may be sent',
        answers: {
          200: {
            description: 'It can',
            content: { 'application/json': z.object({ status: z.literal('ready') }) },
          },
          503: { description: 'It cannot: it starts or stops', content: { 'application/json': errorSchema } },
        },
        example: 'curl localhost:3000/readyz',
      },
      handle: (c) => (engine.ready() ? c.json({ status: 'ready' }) : c.json({ error: 'not ready' }, 503)),
    },
  ];
}
