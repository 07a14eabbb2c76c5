// Starts a module of ours in a worker thread or in a child process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const entry = new URL('./entry.mjs', import.meta.url);

/**
 * A thread that imports `module`, which works with `workerData` and `parentPort`.
 * @param {URL} module
 * @param {unknown} workerData
 */
export function startThread(module, workerData) {
  return new Worker(entry, { workerData, argv: [module.href], execArgv: [] });
}

/**
 * A process that calls `work(task, send)` of `module`; `send` gives JSON to the parent's `message` event. What `work`
 * throws arrives as `{ error, isForUser }`.
 * @param {URL} module
 * @param {object} task as JSON
 */
export function startProcess(module, task) {
  return fork(fileURLToPath(entry), [module.href, JSON.stringify(task)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
