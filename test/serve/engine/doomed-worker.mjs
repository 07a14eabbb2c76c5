// A worker that ends when it gets a picture that is 13 pixels wide; otherwise the server's own.
import { syncBuiltinESMExports } from 'node:module';
import threads, { parentPort } from 'node:worker_threads';
import { importEntry } from '../../../setup/modules/module.mjs';

await importEntry(new URL('../../../serve/sessions/worker.ts', import.meta.url).href);

/** @param {import('../../../serve/sessions/messages.ts').ToWorker | undefined} message */
function endIfDoomed(message) {
  if (message?.kind !== 'batch') return;
  if (message.transfer.pictures.some(({ width }) => width === 13)) process.exit(7);
}

const { receiveMessageOnPort } = threads;
threads.receiveMessageOnPort = (port) => {
  const received = receiveMessageOnPort(port);
  endIfDoomed(received?.message);
  return received;
};
syncBuiltinESMExports();
parentPort?.on('message', endIfDoomed);
