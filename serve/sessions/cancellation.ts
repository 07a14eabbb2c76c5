// How the main thread ends work of a worker for which nobody waits any more: a flag for each of its jobs, in memory that
// both share. A worker that decodes or resizes reads no messages; it looks at the flag every few milliseconds.
import type { Check } from '../../models/image/check.ts';

/** Jobs that a worker has at once at most, as far as they can be cancelled: the ids of jobs are used again. */
const MOST_JOBS = 65_536;

/** One flag for each job of a worker, by the job's id. */
export type CancelFlags = Uint8Array<SharedArrayBuffer>;

export class Cancelled extends Error {
  override name = 'Cancelled';
}

export function createCancelFlags(): CancelFlags {
  return new Uint8Array(new SharedArrayBuffer(MOST_JOBS));
}

/** To be called when a worker gets a job: its id may be that of one that was cancelled. */
export function resetFlag(flags: CancelFlags | undefined, id: number): void {
  if (flags !== undefined && id < flags.length) Atomics.store(flags, id, 0);
}

export function cancelJob(flags: CancelFlags | undefined, id: number): void {
  if (flags !== undefined && id < flags.length) Atomics.store(flags, id, 1);
}

/** Returns a function that throws Cancelled once a job is cancelled. */
export function checkOf(flags: CancelFlags | undefined, id: number): Check {
  if (flags === undefined || id >= flags.length) return () => {};
  return () => {
    if (Atomics.load(flags, id) === 1) throw new Cancelled('nobody waits for it any more');
  };
}
