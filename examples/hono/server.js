import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { loadModel } from 'trainyard';
import { createHandler } from 'trainyard/serve';

const model = await loadModel(
  process.env.MODEL ?? 'node_modules/trainyard/models/repository/digits/1/model.onnx',
);
const handler = createHandler(model, { path: '/ai' });

const app = new Hono();
app.get('/', (c) => c.text('POST a picture to /ai/classify; /ai/docs tells the rest'));
app.all('/ai/*', (c) => handler(c.req.raw, c.env));

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, hostname: '127.0.0.1', port });
