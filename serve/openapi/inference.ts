// The operations of the Open Inference Protocol.
import { z } from 'zod';
import {
  inferRequestSchema,
  inferResponseSchema,
  modelConfigSchema,
  modelMetadataSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
  statisticsSchema,
} from '../openinference/schema.ts';
import { type Operation, refusals } from './operation.ts';

const tag = 'Open Inference Protocol';
const model = '/v2/models/{model}';
const named = (end: string) => [`${model}${end}`, `${model}/versions/{version}${end}`];
const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': schema },
});
const get = { method: 'get', tag } as const;
const post = { method: 'post', tag } as const;
const asked = { 401: refusals[401], 404: refusals[404] };

export const inferenceOperations: readonly Operation[] = [
  {
    ...post,
    paths: named('/infer'),
    summary: 'Classify a tensor, or pictures in one',
    description:
      'The input "image" is UINT8 [N,H,W,C], the model\'s own input, or BYTES [N], encoded pictures (base64 in JSON). Tensors may be bytes after the JSON, as the binary tensor data extension has them. An output may ask for its best classes by the parameter "classification".',
    headers: {
      'Inference-Header-Content-Length':
        'Bytes of the JSON, when tensors follow it; 0 when the body is one tensor alone',
      'Content-Encoding': 'gzip or deflate',
    },
    body: { 'application/json': inferRequestSchema, 'application/octet-stream': 'binary' },
    answers: {
      200: {
        description: 'The probabilities; as bytes after the JSON where that was asked for',
        content: { 'application/json': inferResponseSchema, 'application/octet-stream': 'binary' },
      },
      ...refusals,
    },
    example:
      'curl localhost:3000/v2/models/digits/infer -d \'{"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["<base64>"]}]}\'',
  },
  {
    ...get,
    paths: ['/v2'],
    summary: 'The server and its extensions',
    answers: { 200: json('The server', serverMetadataSchema), 401: refusals[401] },
    example: 'curl localhost:3000/v2',
  },
  {
    ...get,
    paths: ['/v2/health/live'],
    summary: 'Whether the process lives',
    open: true,
    answers: { 200: json('It does', z.object({ live: z.boolean() })) },
    example: 'curl localhost:3000/v2/health/live',
  },
  {
    ...get,
    paths: ['/v2/health/ready'],
    summary: 'Whether it can classify',
    open: true,
    answers: {
      200: json('It can', z.object({ ready: z.boolean() })),
      503: json('It cannot, yet or any more', z.object({ ready: z.boolean() })),
    },
    example: 'curl localhost:3000/v2/health/ready',
  },
  {
    ...get,
    paths: named(''),
    summary: 'Inputs and outputs of a model',
    answers: { 200: json('The model', modelMetadataSchema), ...asked },
    example: 'curl localhost:3000/v2/models/digits',
  },
  {
    ...get,
    paths: named('/ready'),
    summary: 'Whether a model can classify',
    answers: {
      200: json('It can', z.object({ name: z.string(), ready: z.boolean() })),
      ...asked,
      503: refusals[503],
    },
    example: 'curl localhost:3000/v2/models/digits/ready',
  },
  {
    ...get,
    paths: named('/config'),
    summary: "A model's configuration, in Triton's words",
    answers: { 200: json('The configuration', modelConfigSchema), ...asked },
    example: 'curl localhost:3000/v2/models/digits/config',
  },
  {
    ...get,
    paths: [...named('/stats'), '/v2/models/stats'],
    summary: 'Counts and times of a model, or of all',
    answers: { 200: json('Since the server started', statisticsSchema), ...asked },
    example: 'curl localhost:3000/v2/models/digits/stats',
  },
  {
    ...post,
    paths: ['/v2/repository/index'],
    summary: 'All versions of all models',
    answers: { 200: json('The versions', repositoryIndexSchema), 401: refusals[401] },
    example: 'curl -X POST localhost:3000/v2/repository/index',
  },
];
