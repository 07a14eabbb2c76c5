// A child process that runs one module's `work`: what must not share this process's memory, or may be killed.
import { z } from 'zod';
import { UserError } from '../models/errors.ts';
import { startProcess } from '../setup/modules/start.mjs';

/** What a module for a child exports: it reports by `send`, whose messages are JSON. */
export type ChildWork<Task> = (task: Task, send: (message: object) => Promise<void>) => Promise<void>;

export interface Child {
  kill(): void;
  /** Settles when the process has ended: with its exit status, or null when it was killed. */
  readonly ended: Promise<number | null>;
}

const failure = z.object({ error: z.string(), isForUser: z.boolean() });

/**
 * Starts `module` in a process of its own.
 * @param task - The argument of its `work`, as JSON.
 * @param onMessage - Gets what it sends; what `work` throws rejects `ended` instead.
 */
export function startChild(module: URL, task: object, onMessage: (message: unknown) => void): Child {
  const child = startProcess(module, task);
  const ended = new Promise<number | null>((resolve, reject) => {
    let thrown: Error | undefined;
    child.on('message', (message) => {
      const { data } = failure.safeParse(message);
      if (data === undefined) return onMessage(message);
      thrown = data.isForUser
        ? new UserError(data.error)
        : new Error(`A child process failed: ${data.error}`);
    });
    child.once('error', reject);
    child.once('close', (code) => (thrown === undefined ? resolve(code) : reject(thrown)));
  });
  return { kill: () => child.kill('SIGKILL'), ended };
}
