// The entry of every worker thread and child process of ours, which take no loader from their parent. The first argument
// is the address of a module. A thread's module works as it is imported, with `workerData`; of a child's, the function
// `work(task, send)` is called with the second argument, which is JSON.
import { isMainThread } from 'node:worker_threads';
import { importForProcess, importForThread } from './module.mjs';

const [address = '', task = ''] = process.argv.slice(2);

if (isMainThread) await workAsChild();
else await importForThread(address);

async function workAsChild() {
  // A child whose parent is gone works for nobody.
  process.once('disconnect', () => process.exit(1));
  /** @param {object} message */
  const send = (message) => new Promise((resolve) => process.send?.(message, resolve));
  try {
    const { work } = await importForProcess(address);
    await work(JSON.parse(task), send);
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const isForUser = name === 'UserError' || name === 'SetupError';
    await send({ error: isForUser ? message : (stack ?? message), isForUser });
    process.exitCode = 1;
  }
  process.removeAllListeners('disconnect');
  process.disconnect?.();
}
