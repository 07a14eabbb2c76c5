// GET /models: what is served, with the cards. GET /models/:model/versions/:version/model.onnx: the file itself.
import { Hono } from 'hono';
import { chooseModel, newest, type ServedModel } from '../engine/models.ts';
import { Refusal } from '../refusal.ts';
import { ASK, FOREVER, type OpenFile, openFile, sendFile } from './file.ts';

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
    const file = await openUnchanged(model);
    return sendFile(c, {
      file,
      type: 'application/octet-stream',
      etag: `"${model.sha256}"`,
      keep: c.req.query('sha256') === model.sha256 ? FOREVER : ASK,
    });
  });

  return app;
}

/** @throws Refusal 503 when the file is not the one that was read at the start: its digest would be wrong. */
async function openUnchanged(model: ServedModel): Promise<OpenFile> {
  const file = await openFile(model.path);
  if (file?.stats.size === model.bytes && file.stats.mtimeMs === model.modified) return file;
  await file?.handle.close();
  throw new Refusal(
    503,
    `the file of ${model.name}/${model.version} has changed since the server started: start it again`,
  );
}
