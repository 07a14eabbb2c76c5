// GET /models: what is served, with the cards. GET /models/:model/versions/:version/model.onnx: the file itself.
import { z } from 'zod';
import { cardSchema } from '../../models/card.ts';
import { newest, type ServedModel } from '../engine/models.ts';
import { clientPrefix } from '../http/context.ts';
import { CACHE_FOREVER, openStaticFile, REVALIDATE, type StaticFile, sendFile } from '../http/static-file.ts';
import { refusals } from '../openapi/operation.ts';
import { Refusal } from '../refusal.ts';
import { modelOf } from './classify.ts';
import type { Route, Services } from './route.ts';

export const modelsSchema = z
  .object({
    models: z.array(
      z.object({
        name: z.string(),
        version: z.int(),
        newest: z.boolean().describe('Whether it answers when no version is asked for'),
        url: z.string().describe('Address of the model file'),
        bytes: z.int(),
        sha256: z.string(),
        card: cardSchema,
      }),
    ),
    takesModels: z.literal(true).optional().describe('Models may be sent, with a key for that'),
    default: z.string().optional().describe('The model that answers when none is asked for'),
    defaultVersion: z
      .int()
      .optional()
      .describe('Its version, where it need not be the newest: that was pinned by --default-model'),
    broken: z
      .array(
        z.object({
          name: z.string(),
          version: z.int().optional().describe('Left out when it is about all versions'),
          reason: z.string(),
        }),
      )
      .describe(
        'What is in the repository and cannot be used; a version that is replaced by it goes on serving',
      ),
  })
  .meta({ id: 'Models' });

export function modelRoutes({ engine, taking }: Pick<Services, 'engine' | 'taking'>): Route[] {
  return [
    {
      method: 'get',
      paths: ['/models'],
      openapi: {
        tag: 'Models',
        summary: 'What is served, with the cards, and what cannot be',
        answers: {
          200: { description: 'All versions of all models', content: { 'application/json': modelsSchema } },
          401: refusals[401],
        },
        example: 'curl localhost:3000/models',
      },
      handle(c) {
        const models = engine.models();
        const chosen = newest(models);
        c.header('Cache-Control', REVALIDATE);
        const broken = engine
          .absent()
          .filter(({ loading }) => !loading)
          .map(({ name, version, reason }) => ({ name, version, reason }));
        const prefix = clientPrefix(c);
        return c.json({
          models: models.map((model) => describe(model, chosen.includes(model), prefix)),
          ...(taking && { takesModels: true }),
          default: engine.defaultModel()?.name,
          ...(engine.pinned?.version !== undefined && { defaultVersion: engine.defaultModel()?.version }),
          broken,
        });
      },
    },
    {
      method: 'get',
      paths: ['/models/:model/versions/:version{[0-9]+}/model.onnx'],
      openapi: {
        tag: 'Models',
        summary: 'The model file',
        answers: {
          200: { description: 'ONNX', content: { 'application/octet-stream': 'binary' } },
          304: { description: 'The file is the one whose ETag was sent' },
          401: refusals[401],
          404: refusals[404],
          503: refusals[503],
        },
        example: 'curl -O localhost:3000/models/digits/versions/1/model.onnx',
      },
      async handle(c) {
        const { model, file } = await openUnchanged(() => modelOf(c, engine), engine.look);
        return sendFile(c, {
          file,
          type: 'application/octet-stream',
          etag: `"${model.sha256}"`,
          cacheControl: c.req.query('sha256') === model.sha256 ? CACHE_FOREVER : REVALIDATE,
        });
      },
    },
  ];
}

/** An entry of GET /models. */
function describe(model: ServedModel, isNewest: boolean, prefix: string) {
  const { name, version, bytes, sha256, card } = model;
  return { name, version, newest: isNewest, url: prefix + urlOf(model), bytes, sha256, card };
}

/** The address of a model file. With the digest in it, it names one content, which may be cached forever. */
function urlOf({ name, version, sha256 }: ServedModel): string {
  return `/models/${encodeURIComponent(name)}/versions/${version}/model.onnx?sha256=${sha256}`;
}

/**
 * Opens the file of a model. When it is not the one that was read, the repository is looked at: a file that went from the
 * cache is made again.
 *
 * @throws Refusal 503 when it still is not the one that was read: its digest would be wrong.
 */
async function openUnchanged(
  choose: () => ServedModel,
  look: () => Promise<void>,
): Promise<{ model: ServedModel; file: StaticFile | Uint8Array }> {
  for (const attempt of [1, 2]) {
    const model = choose();
    if (model.contents !== undefined) return { model, file: model.contents };
    const file = await openStaticFile(model.path);
    if (file?.stats.size === model.bytes && file.stats.mtimeMs === model.written) return { model, file };
    await file?.handle.close();
    if (attempt === 1) await look();
  }
  const { name, version } = choose();
  throw new Refusal(
    503,
    `the file of ${name}/${version} has changed since the server read it: try again in a moment`,
  );
}
