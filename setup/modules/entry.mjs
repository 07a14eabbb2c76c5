// The entry of every worker thread and child process of ours, which take no loader from their parent. The first argument
// is the address of a module. A thread's module works as it is imported, with `workerData`; of a child's, the function
// `work(task, send)` is called with the second argument, which is JSON.
import { isMainThread } from 'node:worker_threads';
import { importEntry } from './module.mjs';

const [address = '', task = ''] = process.argv.slice(2);

if (isMainThread) await workAsChild();
else await importEntry(address);

async function workAsChild() {
  // What a bug says names lines of the sources.
  process.setSourceMapsEnabled(true);
  // A child whose parent is gone works for nobody.
  process.once('disconnect', () => process.exit(1));
  /** @param {object} message */
  const send = (message) => new Promise((resolve) => process.send?.(message, resolve));
  try {
    const { work } = await importEntry(address);
    await work(JSON.parse(task), send);
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error));
    const isForUser = isOf(thrown, ['UserError', 'SetupError']);
    await send({ error: isForUser ? thrown.message : (thrown.stack ?? thrown.message), isForUser });
    process.exitCode = 1;
  }
  process.removeAllListeners('disconnect');
  process.disconnect?.();
}

/**
 * Whether an error is of one of these classes, or of one made from them; they are known by name, since this file imports
 * nothing of what it starts.
 * @param {object | null} error
 * @param {readonly string[]} classes
 * @returns {boolean}
 */
function isOf(error, classes) {
  return (
    error !== null &&
    (classes.includes(error.constructor.name) || isOf(Object.getPrototypeOf(error), classes))
  );
}
