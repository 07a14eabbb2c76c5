// The loader's thread, the worker's side of the loader: writes batch after batch into the ring for as long as the thread lives.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../models/errors.ts';
import { createBatches } from './batches.ts';
import { markFailed, markWritten, type Ring, slotToWrite } from './ring.ts';
import { loadTransforms, type TransformReference } from './transform-references.ts';
import type { BatchOptions } from './types.ts';

/** What the worker is started with; everything large in it is in shared memory. */
export interface LoaderTask {
  readonly options: Omit<BatchOptions, 'transforms'>;
  /** The transforms that are not only the built-in ones. */
  readonly transforms?: readonly TransformReference[];
  readonly startStep: number;
  readonly ring: Ring;
}

/** What comes of process.exit() in a transform, which ends the thread alone. */
const ENDED = 'The pictures cannot be prepared: a transform ended its thread by process.exit().';

/** Doesn't return unless it fails: the thread is ended from outside. */
export function fillRing(
  { options, startStep, ring }: LoaderTask,
  transforms?: BatchOptions['transforms'],
): void {
  try {
    const writeBatch = createBatches({ ...options, ...(transforms && { transforms }) });
    for (let number = 0; ; number++) {
      writeBatch(startStep + number, slotToWrite(ring, number));
      markWritten(ring, number + 1);
    }
  } catch (error) {
    // By its name: a transform of a user's own comes from a module that has a UserError of its own.
    const isForUser = error instanceof Error && error.name === 'UserError';
    markFailed(
      ring,
      isForUser || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message),
      isForUser,
    );
  }
}

if (parentPort !== null) {
  const task: LoaderTask = workerData;
  const transforms = task.transforms && (await loadTransforms(task.transforms));
  parentPort.postMessage('ready');
  // The reader waits on shared memory, where it hears of no event.
  const tellOfExit = () => markFailed(task.ring, ENDED, true);
  process.once('exit', tellOfExit);
  fillRing(task, transforms);
  process.off('exit', tellOfExit);
}
