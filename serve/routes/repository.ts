// POST /v2/repository/index, and /load and /unload of a model: the model repository extension of the Open Inference Protocol.
import { z } from 'zod';
import { printable } from '../../models/printable.ts';
import type { RepositoryControl } from '../engine/repository-control.ts';
import type { AppContext } from '../http/context.ts';
import { type Operation, refusals } from '../openapi/operation.ts';
import { repositoryIndex } from '../openinference/metadata.ts';
import { MOST_BYTES, readRepositoryRequest, refuseOverrides } from '../openinference/repository-request.ts';
import { repositoryIndexSchema } from '../openinference/schema.ts';
import { Refusal } from '../refusal.ts';
import { readBody, uploadOf } from '../upload/body.ts';
import type { Route, Services } from './route.ts';

const tag = 'Open Inference Protocol';

export function repositoryRoutes({
  engine,
  openMemory,
  control,
  log,
}: Pick<Services, 'engine' | 'openMemory' | 'control' | 'log'>): Route[] {
  async function readRequest(c: AppContext): Promise<Record<string, unknown>> {
    const memory = openMemory();
    try {
      return readRepositoryRequest(await readBody(uploadOf(c, MOST_BYTES, memory)));
    } finally {
      memory.release();
    }
  }

  function controlRoute(verb: keyof RepositoryControl, summary: string, description: string): Route {
    return {
      method: 'post',
      paths: [`/v2/repository/models/:model/${verb}`],
      access: 'models',
      openapi: {
        tag,
        summary,
        description: `${description} Off unless the server was started with --repository-control; with --model-keys, a key of that file is asked for.`,
        answers: {
          200: { description: 'It is done', content: { 'application/json': z.object({}) } },
          400: refusals[400],
          401: refusals[401],
          404: refusals[404],
        },
        example: `curl -X POST localhost:3000/v2/repository/models/digits/${verb}`,
      },
      async handle(c) {
        if (control === undefined) throw new Refusal(400, NO_CONTROL);
        const { parameters } = await readRequest(c);
        refuseOverrides(parameters);
        const name = c.req.param('model') ?? '';
        await control[verb](name);
        log(`${name}: ${verb} by ${printable(c.get('keyOwner') ?? 'a request')}`, { model: name });
        return c.json({});
      },
    };
  }

  return [
    {
      method: 'post',
      paths: ['/v2/repository/index'],
      openapi: {
        tag,
        summary: 'All versions of all models',
        body: { 'application/json': z.object({ ready: z.boolean().optional() }) },
        answers: answers('The versions; with "ready": true, those that answer', repositoryIndexSchema),
        example: 'curl -X POST localhost:3000/v2/repository/index',
      },
      async handle(c) {
        const { ready } = await readRequest(c);
        return c.json(repositoryIndex(engine.models(), ready === true ? [] : engine.absent()));
      },
    },
    controlRoute(
      'load',
      'Load a model',
      'What is in its folder is read now, also if it was loaded before; with the answer, it is ready.',
    ),
    controlRoute(
      'unload',
      'Unload a model',
      'All its versions stop answering, requests that were accepted are finished, and its memory is freed; it stays out until it is loaded.',
    ),
  ];
}

function answers(description: string, schema: z.ZodType): Operation['answers'] {
  return { 200: { description, content: { 'application/json': schema } }, 401: refusals[401] };
}

/** What is said where models are not loaded by request. */
export const NO_CONTROL =
  'models come and go with their folders in the repository, not by requests: this server was started without --repository-control';
