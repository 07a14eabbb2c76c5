import { loadModel } from 'trainyard';
import { createHandler } from 'trainyard/serve';

/** Opened with the first request, not while Next.js builds. */
let handler;

export async function POST(request) {
  handler ??= loadModel('public/model.onnx').then((model) => createHandler(model));
  return (await handler)(request);
}
