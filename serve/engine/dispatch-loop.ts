// The dispatch loop: gives workers the jobs in the queue, once per turn of the event loop, and one message to each worker.
import { resetFlag } from '../sessions/cancellation.ts';
import type { WorkerJob } from '../sessions/job.ts';
import type { Queue } from '../sessions/queue.ts';
import { pack } from '../sessions/transfer.ts';
import type { PoolWorker } from '../sessions/worker-pool.ts';
import type { Assignments } from './assignments.ts';
import { oncePerTurn } from './once-per-turn.ts';
import type { PictureJob } from './picture-job.ts';

export interface DispatchLoopOptions {
  readonly queue: Pick<Queue<PictureJob>, 'dispatch' | 'size'>;
  readonly assignments: Pick<Assignments<PoolWorker, PictureJob>, 'add' | 'release'>;
  readonly workers: () => readonly PoolWorker[];
  /** Called with a job that is late, or whose client has gone, before a worker got it. */
  readonly onGone: (job: PictureJob) => void;
  /** Milliseconds, as performance.now(); a test gives its own. */
  readonly now?: (() => number) | undefined;
}

export interface DispatchLoop {
  /** Dispatches at the end of this turn of the event loop: all jobs that come in one turn go out together. */
  schedule(): void;
  /** Dispatches at once. */
  dispatch(): void;
  stop(): void;
}

export function createDispatchLoop(options: DispatchLoopOptions): DispatchLoop {
  const { queue, assignments, workers, onGone, now = () => performance.now() } = options;
  let later: NodeJS.Timeout | undefined;

  function dispatch(): void {
    // A new Map each time: one that is cleared again and again keeps its entries until the whole heap is collected.
    const batches = new Map<PoolWorker, WorkerJob[]>();
    const at = now();
    queue.dispatch(workers(), (worker, job) => give(worker, job, batches), at);
    for (const [worker, jobs] of batches) {
      const transfer = pack(jobs);
      worker.batches++;
      worker.lastBatch = { pictures: jobs.length, at };
      worker.send({ kind: 'batch', transfer }, [transfer.buffer]);
    }
    if (queue.size > 0) dispatchLater(at);
  }

  /** Dispatches again when the first of the workers that wait for a batch has waited long enough. */
  function dispatchLater(at: number): void {
    const ends = workers().flatMap(({ batchWait }) => batchWait?.until ?? []);
    const first = Math.min(...ends.filter((end) => end > at));
    clearTimeout(later);
    if (Number.isFinite(first)) later = setTimeout(dispatch, Math.ceil(first - at));
  }

  function give(worker: PoolWorker, job: PictureJob, batches: Map<PoolWorker, WorkerJob[]>): void {
    if (job.deadline < now() || job.gone?.()) {
      assignments.release(worker, job);
      onGone(job);
      return;
    }
    const { key, input, alone } = job;
    if (!worker.lastUsed.has(key)) worker.send({ kind: 'open', model: job.model });
    worker.lastUsed.set(key, now());
    const id = assignments.add(worker, job);
    resetFlag(worker.cancelled, id);
    const workerJob = { id, key, input, alone };
    const batch = batches.get(worker);
    if (batch === undefined) batches.set(worker, [workerJob]);
    else batch.push(workerJob);
  }

  return { dispatch, schedule: oncePerTurn(dispatch), stop: () => clearTimeout(later) };
}
