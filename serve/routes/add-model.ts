// POST /models/:model/versions: takes a model file into the repository, from who has a key for that.
import { z } from 'zod';
import { printable } from '../../models/printable.ts';
import { refusals } from '../openapi/operation.ts';
import { Refusal } from '../refusal.ts';
import { readBody, uploadOf } from '../upload/body.ts';
import type { Route, Services } from './route.ts';

const takenSchema = z.object({
  name: z.string(),
  version: z.int(),
  served: z
    .boolean()
    .describe('Whether it answers already; false where the server serves another model alone'),
});

export function addModelRoutes({
  engine,
  limits,
  openMemory,
  taking,
  log,
}: Pick<Services, 'engine' | 'limits' | 'openMemory' | 'taking' | 'log'>): Route[] {
  return [
    {
      method: 'post',
      paths: ['/models/:model/versions'],
      access: 'models',
      openapi: {
        tag: 'Models',
        summary: 'Take a model file as the next version of a model',
        description:
          'Off unless the server was started with --model-keys; a key of that file is asked for. The file is checked as `verify` does, card, weights and expected answers, before anything is written. No version is ever replaced, a further version must have the labels of those before, and the model that answers when none is named stays the same.',
        headers: { 'Content-Encoding': 'gzip or deflate' },
        body: { 'application/octet-stream': 'binary' },
        answers: {
          201: { description: 'It is in the repository', content: { 'application/json': takenSchema } },
          400: refusals[400],
          401: refusals[401],
          403: refusals[403],
          409: refusals[409],
          413: refusals[413],
          422: { ...refusals[422], description: 'The file is no model whose card holds' },
          503: refusals[503],
        },
        example: 'curl -H "X-API-Key: $KEY" --data-binary @model.onnx localhost:3000/models/taught/versions',
      },
      async handle(c) {
        if (taking === undefined) throw new Refusal(403, TAKES_NONE);
        const memory = openMemory();
        try {
          const bytes = await readBody(uploadOf(c, limits.bodyBytes, memory));
          if (bytes.length === 0) throw new Refusal(400, 'received an empty body, expected a model file');
          const { name, version } = await taking.take(c.req.param('model') ?? '', bytes);
          log(`${name}/${version} was sent by ${printable(c.get('keyOwner') ?? '')}`, {
            model: `${name}/${version}`,
          });
          const served = engine.models().some((each) => each.name === name && each.version === version);
          return c.json({ name, version, served }, 201);
        } finally {
          memory.release();
        }
      },
    },
  ];
}

/** What is said where no keys for sending were given. */
export const TAKES_NONE =
  'this server takes no models: it was started without --model-keys, a file of keys whose owners may send them';
