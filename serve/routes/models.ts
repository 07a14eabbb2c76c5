// GET /models: what is served, with the cards. GET /models/:model/versions/:version/model.onnx: the file itself.
import { stat } from 'node:fs/promises';
import { Hono } from 'hono';
import { chooseModel, newest, type ServedModel } from '../models.ts';
import { Refusal } from '../refusal.ts';
import { ASK, FOREVER, sendFile } from './file.ts';

/** An entry of GET /models. */
function describe(model: ServedModel, isNewest: boolean) {
  const { name, version, bytes, sha256, card } = model;
  return { name, version, newest: isNewest, url: urlOf(model), bytes, sha256, card };
}

/** The address of a model file. The digest in it makes it name one content, so that it may be kept forever. */
function urlOf({ name, version, sha256 }: ServedModel): string {
  return `/models/${encodeURIComponent(name)}/versions/${version}/model.onnx?sha256=${sha256}`;
}

export function modelRoutes(models: () => readonly ServedModel[]): Hono {
  const app = new Hono();

  app.get('/models', (c) => {
    const chosen = newest(models());
    c.header('Cache-Control', ASK);
    return c.json({ models: models().map((model) => describe(model, chosen.includes(model))) });
  });

  app.get('/models/:model/versions/:version{[0-9]+}/model.onnx', async (c) => {
    const model = chooseModel(models(), c.req.param('model'), Number(c.req.param('version')));
    await checkUnchanged(model);
    return sendFile(c, {
      path: model.path,
      bytes: model.bytes,
      type: 'application/octet-stream',
      etag: `"${model.sha256}"`,
      keep: c.req.query('sha256') === model.sha256 ? FOREVER : ASK,
    });
  });

  return app;
}

/** @throws Refusal 503 when the file is not the one that was read at the start: its digest would be wrong. */
async function checkUnchanged(model: ServedModel): Promise<void> {
  const now = await stat(model.path).catch(() => undefined);
  if (now?.size !== model.bytes || now.mtimeMs !== model.modified) {
    throw new Refusal(
      503,
      `the file of ${model.name}/${model.version} has changed since the server started: start it again`,
    );
  }
}
