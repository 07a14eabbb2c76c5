import express from 'express';
import { loadModel } from 'trainyard';
import { createHandler, toNodeHandler } from 'trainyard/serve';

const model = await loadModel(
  process.env.MODEL ?? 'node_modules/trainyard/models/repository/digits/1/model.onnx',
);

const app = express();
app.use('/ai', toNodeHandler(createHandler(model)));
app.get('/', (_, response) => response.send('POST a picture to /ai/classify; /ai/docs tells the rest'));

app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
