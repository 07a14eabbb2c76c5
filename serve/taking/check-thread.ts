// A thread that checks one model file that was sent, while the main thread answers requests.
import { parentPort, workerData } from 'node:worker_threads';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { explain } from '../explain.ts';
import { checkSentModel } from './check-model.ts';

/** `workerData.check`. */
export interface CheckTask {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The thread's answer: the card of a file that may be taken, or what is wrong. */
export type CheckAnswer = { readonly card: Card } | { readonly error: string; readonly isForUser: boolean };

if (parentPort !== null && workerData?.check !== undefined) {
  const { bytes, name }: CheckTask = workerData.check;
  const answer = await checkSentModel(bytes, name).then(
    (card): CheckAnswer => ({ card }),
    (error): CheckAnswer =>
      error instanceof UserError
        ? { error: error.message, isForUser: true }
        : { error: explain(error), isForUser: false },
  );
  parentPort.postMessage(answer);
}
