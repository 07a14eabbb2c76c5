// Which jobs each worker has, and what they cost it. A worker's results name jobs by the ids that are given here.
import type { WorkerSlot } from '../sessions/queue.ts';
import { createIdPool, type IdPool } from './id-pool.ts';

/** What is looked at of a job. */
interface AssignedJob {
  /** Estimated milliseconds. */
  readonly cost: number;
  readonly alone: boolean;
}

export interface Assignments<W extends WorkerSlot, J extends AssignedJob> {
  /** Jobs of all workers. */
  readonly size: number;
  /** Assigns a job to a worker, whose cost includes it already. @returns its id. */
  add(worker: W, job: J): number;
  /** Takes a job from its worker, with its cost; undefined when the worker does not have it. */
  remove(worker: W, id: number): J | undefined;
  /** Takes the cost of a job from a worker that did not get it after all. */
  release(worker: W, job: J): void;
  /** Forgets a worker that has ended. @returns the jobs that it had. */
  removeWorker(worker: W): J[];
  /** Calls `visit` with each job that a worker has, and its id there. */
  forEach(visit: (job: J, worker: W, id: number) => void): void;
}

export function createAssignments<W extends WorkerSlot, J extends AssignedJob>(): Assignments<W, J> {
  const byWorker = new Map<W, IdPool<J>>();

  /** A worker without jobs starts from zero, so that rounding errors do not add up. */
  function release(worker: W, { cost, alone }: J): void {
    worker.cost = byWorker.get(worker)?.size === 0 ? 0 : worker.cost - cost;
    if (alone) worker.alone--;
  }

  return {
    get size() {
      let sum = 0;
      for (const jobs of byWorker.values()) sum += jobs.size;
      return sum;
    },
    add(worker, job) {
      let jobs = byWorker.get(worker);
      if (jobs === undefined) {
        jobs = createIdPool();
        byWorker.set(worker, jobs);
      }
      return jobs.add(job);
    },
    remove(worker, id) {
      const job = byWorker.get(worker)?.remove(id);
      if (job !== undefined) release(worker, job);
      return job;
    },
    release,
    removeWorker(worker) {
      const jobs = byWorker.get(worker)?.values() ?? [];
      byWorker.delete(worker);
      return jobs;
    },
    forEach(visit) {
      for (const [worker, jobs] of byWorker) {
        jobs.forEach((job, id) => {
          visit(job, worker, id);
        });
      }
    },
  };
}
