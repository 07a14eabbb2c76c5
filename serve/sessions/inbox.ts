// What has come to a worker: messages in their turn, and the jobs of lots, from which batches are taken.
import type { Job, ToWorker } from './messages.ts';
import { unpack } from './parcel.ts';

export interface Inbox {
  /** Jobs that no batch has taken. */
  readonly jobs: readonly Job[];
  /** Of lots that were taken in, and are not told of: the memory in which their jobs lie. */
  readonly lots: ArrayBuffer[];
  /** Puts a message in line. */
  put(message: ToWorker): void;
  /**
   * Takes in the jobs of the lots that are first in line.
   *
   * @param joining - stops at a lot that may not join a batch.
   */
  takeLots(joining?: boolean): void;
  /** Takes out jobs that may go into one run with `first`: those of its model, or it alone. */
  takeBatch(first: Job, most: number): Job[];
  /** The first in line, which is not a lot after `takeLots`. */
  next(): ToWorker | undefined;
}

/** @param receive - the next message that has arrived, if one has. */
export function createInbox(receive: () => ToWorker | undefined): Inbox {
  const line: ToWorker[] = [];
  const lots: ArrayBuffer[] = [];
  let jobs: Job[] = [];
  const next = () => line.shift() ?? receive();
  return {
    get jobs() {
      return jobs;
    },
    lots,
    put: (message) => void line.push(message),
    takeLots(joining = false) {
      for (let message = next(); message !== undefined; message = next()) {
        if (message.kind !== 'lot' || (joining && !message.joins)) {
          line.unshift(message);
          return;
        }
        jobs.push(...unpack(message.parcel));
        lots.push(message.parcel.buffer);
      }
    },
    takeBatch(first, most) {
      const batch: Job[] = [];
      const left: Job[] = [];
      for (const job of jobs) {
        const fits = first.alone ? job === first : !job.alone && job.key === first.key;
        (fits && batch.length < most ? batch : left).push(job);
      }
      jobs = left;
      return batch;
    },
    next,
  };
}
