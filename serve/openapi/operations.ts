// All operations of the server, in the order in which /docs shows them.
import { z } from 'zod';
import { inferenceOperations } from './inference.ts';
import { errorSchema, type Operation } from './operation.ts';
import { pictureOperations } from './pictures.ts';

const tag = 'Operation';

export const operations: readonly Operation[] = [
  ...pictureOperations,
  ...inferenceOperations,
  {
    method: 'get',
    paths: ['/healthz'],
    tag,
    summary: 'Whether the process lives',
    open: true,
    answers: {
      200: { description: 'It does', content: { 'application/json': z.object({ status: z.literal('ok') }) } },
    },
    example: 'curl localhost:3000/healthz',
  },
  {
    method: 'get',
    paths: ['/readyz'],
    tag,
    summary: 'Whether it can classify, so that traffic may be sent',
    open: true,
    answers: {
      200: {
        description: 'It can',
        content: { 'application/json': z.object({ status: z.literal('ready') }) },
      },
      503: { description: 'It cannot, yet or any more', content: { 'application/json': errorSchema } },
    },
    example: 'curl localhost:3000/readyz',
  },
  {
    method: 'get',
    paths: ['/metrics'],
    tag,
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'Its text format', content: { 'text/plain': 'text' } } },
    example: 'curl localhost:3000/metrics',
  },
  {
    method: 'get',
    paths: ['/openapi.json'],
    tag,
    summary: 'This description',
    open: true,
    answers: {
      200: { description: 'OpenAPI 3.1', content: { 'application/json': z.record(z.string(), z.unknown()) } },
    },
    example: 'curl localhost:3000/openapi.json',
  },
];
