// Watches the other tasks from a thread of its own, since a step that waits for one of them blocks its thread.
import { once } from 'node:events';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startThread } from '../../setup/modules/start.mjs';
import type { Place } from './addresses.ts';
import type { WatchTask } from './watch-worker.ts';

/** Milliseconds for which a task may be silent. */
export const SILENCE = 8000;

/**
 * Ends this process, with a message that names the task, when another task has not answered for {@link SILENCE}.
 * @returns a function that ends the watch
 */
export async function watchTasks(place: Place): Promise<() => Promise<void>> {
  const task: WatchTask = { ...place, silence: SILENCE };
  const worker = startThread(moduleBeside('./watch-worker', import.meta.url), task);
  await once(worker, 'message');
  worker.unref();
  return async () => {
    await worker.terminate();
  };
}
