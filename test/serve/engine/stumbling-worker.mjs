// A worker that ends with an error of its own when it is to open the model "colors"; otherwise the server's own.
import { parentPort } from 'node:worker_threads';
import { importEntry } from '../../../setup/modules/module.mjs';

parentPort?.on('message', ({ kind, model }) => {
  if (kind === 'open' && model.key.startsWith('colors/')) throw new TypeError(`cannot read ${model.path}`);
});
await importEntry(new URL('../../../serve/sessions/worker.ts', import.meta.url).href);
