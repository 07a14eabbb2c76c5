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
 * @param {Uint8Array} [input] what is on its standard input
 */
export function startProcess(module, task, input) {
  const child = fork(fileURLToPath(entry), [module.href, JSON.stringify(task)], {
    execArgv: [],
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit', 'ipc'],
  });
  // A child that ends before it has read everything says why itself.
  child.stdin?.on('error', () => {}).end(input);
  return child;
}
