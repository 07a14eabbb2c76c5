// The entry of a child process: node child.mjs <module> <task as JSON>; runs the module's `work(task, send)`.
import { register } from 'tsx/esm/api';

register();
// A child whose parent is gone works for nobody.
process.once('disconnect', () => process.exit(1));

const [module = '', task = ''] = process.argv.slice(2);
/** @param {object} message */
const send = (message) => new Promise((resolve) => process.send?.(message, resolve));
try {
  const { work } = await import(module);
  await work(JSON.parse(task), send);
} catch (error) {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const isForUser = name === 'UserError';
  await send({ error: isForUser ? message : (stack ?? message), isForUser });
  process.exitCode = 1;
}
process.removeAllListeners('disconnect');
process.disconnect?.();
