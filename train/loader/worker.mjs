// The worker's entry: a thread doesn't inherit the TypeScript loader, so it registers its own.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { work } = await import('./worker.ts');
parentPort?.postMessage('ready');
work(workerData);
