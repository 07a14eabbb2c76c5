// A process that checks one model file that was sent: what is in it may run for ever, or take a process down with it.
import { buffer } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import type { Card } from '../../models/card.ts';
import { checkSentModel } from './check-model.ts';

export interface CheckTask {
  readonly name: string;
  /** Milliseconds after which the process ends itself by SIGKILL, whoever started it. */
  readonly patience: number;
}

/** What the process sends for a file that may be taken. */
export interface CheckAnswer {
  readonly card: Card;
}

/** Checks the file that is on the standard input. */
export async function work(
  { name, patience }: CheckTask,
  send: (answer: CheckAnswer) => Promise<void>,
): Promise<void> {
  const bytes = await buffer(process.stdin);
  // From a thread, since a model that runs blocks this one.
  const end = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${patience})`;
  new Worker(end, { eval: true, execArgv: [] }).unref();
  await send({ card: await checkSentModel(bytes, name) });
}
