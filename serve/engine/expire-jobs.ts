// Fails the jobs whose deadline has passed or whose client has gone.
import { cancelJob } from '../sessions/cancellation.ts';
import type { Queue, WorkerSlot } from '../sessions/queue.ts';
import type { PoolWorker } from '../sessions/worker-pool.ts';
import type { Assignments } from './assignments.ts';
import type { Observer } from './events.ts';
import { clientGone, deadlinePassed, failJob, type PictureJob } from './picture-job.ts';

/**
 * Jobs in the queue are removed from it. Those that a worker has are cancelled, and stay there until it answers, which
 * is soon, unless the model runs already.
 *
 * @param now - performance.now()
 */
export function expireJobs<W extends WorkerSlot & Pick<PoolWorker, 'cancelled'>>(
  queue: Pick<Queue<PictureJob>, 'remove'>,
  assignments: Pick<Assignments<W, PictureJob>, 'forEach'>,
  observer: Required<Pick<Observer, 'classified' | 'failed'>>,
  now: number,
): void {
  const failLate = (job: PictureJob) => failJob(job, 'late', deadlinePassed(), observer);
  for (const job of queue.remove(({ deadline, gone }) => deadline < now || gone?.() === true)) {
    if (job.deadline < now) failLate(job);
    else failJob(job, 'gone', clientGone(), observer);
  }
  assignments.forEach((job, { cancelled }, id) => {
    if (job.deadline < now) failLate(job);
    if (job.settled || job.gone?.() === true) cancelJob(cancelled, id);
  });
}
