// The data loader: batches shuffled and augmented ahead of the step, by a worker thread over shared memory.
import { once } from 'node:events';
import { UserError } from '../../models/errors.ts';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startThread } from '../../setup/modules/start.mjs';
import { type Split, targetCount } from '../datasets/index.ts';
import { batchRows, stepsPerEpoch } from './batches.ts';
import { createRing, isReady, release, slotToRead } from './ring.ts';
import { referencesTo } from './transform-references.ts';
import type { Batch, Loader, LoaderOptions } from './types.ts';
import type { LoaderTask } from './worker.ts';

export type { Batch, Loader, LoaderOptions } from './types.ts';

/**
 * Starts a loader whose first batch is that of `startStep`. A training step blocks its thread, so a worker makes
 * the batches, and `next()` waits on shared memory, not on events. The worker doesn't keep the process alive.
 *
 * @throws UserError if the split has fewer images than a batch
 */
export async function openLoader(options: LoaderOptions): Promise<Loader> {
  const { transforms, startStep = 0, ahead = 4, ...batches } = options;
  const { split, shape, batchSize } = batches;
  checkSizes(split.n, batchSize, ahead);
  const steps = stepsPerEpoch(options);
  const ring = createRing(ahead, batchRows(options), shape[0] * shape[1] * shape[2], targetCount(split));
  const worker = await startWorker({
    options: { ...batches, split: bare(split) },
    ...(transforms && { transforms: referencesTo(transforms) }),
    startStep,
    ring,
  });
  let taken = 0;
  let waited = 0;
  let closed = false;

  return {
    stepsPerEpoch: steps,
    next(): Batch {
      if (closed) throw new Error('The data loader is closed.');
      release(ring, taken);
      const began = performance.now();
      if (!isReady(ring, taken)) worker.check();
      const slot = slotToRead(ring, taken);
      waited += performance.now() - began;
      const step = startStep + taken++;
      return { ...slot, epoch: Math.floor(step / steps), step };
    },
    waitedMs: () => waited,
    async close() {
      closed = true;
      await worker.end();
    },
  };
}

/** Starts the worker and waits until its code is loaded, so that one that cannot run says why at once. */
async function startWorker(work: LoaderTask) {
  const worker = startThread(moduleBeside('./worker', import.meta.url), work);
  let death: string | undefined;
  worker.once('error', (error: Error) => {
    death = error.stack ?? error.message;
  });
  worker.once('exit', (code) => {
    death ??= `exit code ${code}`;
  });
  const check = () => {
    if (death !== undefined) throw new Error(`The data loader's worker has died: ${death}`);
  };
  const started = once(worker, 'message').then(() => true);
  const ended = once(worker, 'exit').then(() => false);
  // One that started and has failed since says why in the ring.
  if (!(await Promise.race([started, ended]))) check();
  worker.unref();
  return { check, end: () => worker.terminate() };
}

/** Without the names of its files, which a worker would be sent a copy of. */
function bare({ files: _files, ...split }: Split): Split {
  return split;
}

function checkSizes(n: number, batchSize: number, ahead: number): void {
  if (batchSize < 1 || batchSize > n) {
    throw new UserError(`The batch size is ${batchSize}: choose one from 1 to ${n}, the number of images.`);
  }
  if (ahead < 2) throw new RangeError(`ahead: expected 2 or more, received ${ahead}`);
}
