// A worker of the server that ends on demand.
import { parentPort } from 'node:worker_threads';

await import(process.env.MORTAL_ENTRY ?? '');

parentPort?.on('message', ({ kind }) => {
  if (kind === 'die') process.exit(7);
});
