// A worker that dies of a picture that is 13 pixels wide; otherwise the server's own.
import { parentPort } from 'node:worker_threads';
import '../../serve/sessions/worker.mjs';

parentPort?.on('message', (message) => {
  if (message.kind === 'classify' && message.pixels.picture.width === 13) process.exit(7);
});
