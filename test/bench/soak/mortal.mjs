// Loaded before the server (`node --import`): on SIGUSR2 one of its worker threads ends, between two jobs, as by an
// error that nobody caught.
import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';

const workers = new Set();
const entry = new URL('./mortal-worker.mjs', import.meta.url);

workerThreads.Worker = class extends workerThreads.Worker {
  /**
   * @param {string | URL} file
   * @param {import('node:worker_threads').WorkerOptions} options
   */
  constructor(file, options) {
    super(entry, { ...options, env: { ...process.env, MORTAL_ENTRY: String(file) } });
    workers.add(this);
    this.on('exit', () => workers.delete(this));
  }
};
syncBuiltinESMExports();

process.on('SIGUSR2', () => {
  const [first] = workers;
  first?.postMessage({ kind: 'die' });
});
