// A module for a thread or a process: gives back what it was given.
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../../models/errors.ts';
import { DataError } from '../../../train/errors.ts';

parentPort?.postMessage({ got: workerData });

export async function work(task: { fail?: string }, send: (message: object) => Promise<void>): Promise<void> {
  if (task.fail === 'user') throw new UserError('no such thing');
  if (task.fail === 'data') throw new DataError('no pictures');
  if (task.fail === 'bug') throw new TypeError('a bug');
  await send({ got: task });
}
