// The queue of pictures that wait for a worker, and the rule by which workers get them. Capacity is counted in
// milliseconds of work, so that a few large pictures fill the queue as many small ones do; and large pictures never
// occupy all workers.
import type { PictureInput } from './job.ts';

/** What the queue looks at of a job. Times are those of performance.now(). */
export interface QueuedJob {
  /** Key of the session that it is for. */
  readonly key: string;
  readonly input: PictureInput;
  /** Estimated milliseconds of a worker. */
  readonly cost: number;
  readonly start: number;
  readonly deadline: number;
  /** Whether the client has gone, so that nobody waits for the result. */
  readonly gone: (() => boolean) | undefined;
  /** A worker ended while it had this job. */
  retried: boolean;
  /** Runs alone: it takes long, or may be what ended a worker. */
  alone: boolean;
}

/** What the rule looks at of a worker. */
export interface WorkerSlot {
  /** Cost of the jobs that it has. */
  cost: number;
  /** How many of its jobs run alone. */
  alone: number;
  /** Batches that it has not finished. */
  readonly batches: number;
  /** Takes no new work. */
  readonly paused: boolean;
  /** It has just finished a batch of so many pictures and waits for as many, until a time of performance.now(). */
  readonly batchWait?: { readonly pictures: number; readonly until: number } | undefined;
}

/** Milliseconds of work from which a picture runs alone. */
export const LONG_MS = 100;

/**
 * Batches that a worker has at most. Further pictures wait in the queue, where they can go to whichever worker is free
 * first, or be dropped; they are the next batch, which so grows with the load.
 */
const MOST_BATCHES = 2;

/**
 * Milliseconds of work up to which a worker gets a second batch, which it finds when it has finished the first: so it
 * waits neither for the main thread nor for clients that send their next picture when they have a response. With more
 * work than that, the second batch would hold only the few pictures that came first; to wait for the others takes less
 * time than a convolutional network saves with them (VGG, CPU for each picture: 8.6 ms alone, 7.3 in a batch of two,
 * 6.3 of four, 5.8 of eight).
 */
const LIGHT_MS = 10;

/**
 * Milliseconds of work in a batch at most, unless one picture takes longer. Large enough for batches at which a
 * convolutional network is fast (12 pictures of 8 ms).
 */
const MOST_BATCH_MS = 100;

/**
 * After a heavy batch, a worker waits for as many pictures during this share of the batch's time: a client that has its
 * response sends the next picture a moment later. Otherwise the worker would run the first of them alone, while the
 * others wait.
 */
const WAIT_SHARE = 1 / 8;

/** What a worker waits for after a batch of `pictures` that took so many milliseconds; nothing after light work. */
export function batchWaitAfter(pictures: number, milliseconds: number, now: number): WorkerSlot['batchWait'] {
  if (milliseconds <= LIGHT_MS) return undefined;
  return { pictures, until: now + Math.min(milliseconds, MOST_BATCH_MS) * WAIT_SHARE };
}

export interface Queue<T extends QueuedJob> {
  readonly size: number;
  /** Estimated milliseconds of all jobs. */
  readonly cost: number;
  /** Estimated milliseconds of those that do not run alone. */
  readonly quickCost: number;
  /** How many jobs wait for a session. */
  waitingFor(key: string): number;
  add(job: T): void;
  /** Puts the jobs of a worker that ended first in line, each to run alone: one of them may have ended it. */
  putBack(jobs: readonly T[]): void;
  /**
   * Gives workers the jobs that may run now: to each worker one batch at most.
   *
   * @param workers - all workers that exist.
   * @param give - adds a job to the worker's batch; the queue adds its cost to the worker's.
   * @param now - performance.now()
   */
  dispatch<W extends WorkerSlot>(workers: readonly W[], give: (worker: W, job: T) => void, now: number): void;
  /** Removes the jobs for which `isOver` holds, and returns them. */
  remove(isOver: (job: T) => boolean): T[];
}

export function createQueue<T extends QueuedJob>(): Queue<T> {
  /** Jobs that share a batch, and jobs that run alone. */
  let quick: T[] = [];
  let alone: T[] = [];
  let cost = 0;

  /** Starts from zero whenever the queue is empty, so that rounding errors do not add up. */
  function subtract(amount: number): void {
    cost = quick.length + alone.length === 0 ? 0 : cost - amount;
  }

  /** @param first - the first in line. */
  function shift(line: T[], first: T): void {
    line.shift();
    subtract(first.cost);
  }

  /** Each worker gets at most one job that runs alone; where there are several workers, one of them gets none. */
  function dispatchAlone<W extends WorkerSlot>(workers: readonly W[], give: (worker: W, job: T) => void) {
    for (let next = alone[0]; next !== undefined; next = alone[0]) {
      const most = Math.max(1, workers.length - 1);
      const taken = workers.filter((worker) => worker.alone > 0).length;
      const worker = cheapest(workers.filter((worker) => worker.alone === 0));
      if (worker === undefined || taken >= most) break;
      worker.alone++;
      worker.cost += next.cost;
      shift(alone, next);
      give(worker, next);
    }
  }

  /** Fills the batches of workers, the one with the least work first. */
  function dispatchQuick<W extends WorkerSlot>(
    workers: readonly W[],
    give: (worker: W, job: T) => void,
    now: number,
  ): void {
    const waits = ({ batchWait }: WorkerSlot) =>
      batchWait !== undefined && now < batchWait.until && quick.length < batchWait.pictures;
    const open = workers.filter((worker) =>
      worker.batches === 0 ? !waits(worker) : worker.batches < MOST_BATCHES && worker.cost <= LIGHT_MS,
    );
    // A worker that takes everything would get all clients back at once, and the other workers would get theirs one by one.
    const share = workers.reduce((sum, worker) => sum + worker.cost, cost) / workers.length;
    const enough = Math.max(LIGHT_MS, share);
    const filling = new Map(open.map((worker) => [worker, 0]));
    for (let next = quick[0]; next !== undefined; next = quick[0]) {
      const worker = cheapest([...filling.keys()]);
      if (worker === undefined) break;
      const batch = filling.get(worker) ?? 0;
      const first = batch === 0 && worker.cost <= MOST_BATCH_MS;
      const full =
        batch >= enough ||
        batch + next.cost > MOST_BATCH_MS ||
        worker.cost + next.cost > MOST_BATCH_MS * MOST_BATCHES;
      if (!first && full) {
        filling.delete(worker);
        continue;
      }
      filling.set(worker, batch + next.cost);
      worker.cost += next.cost;
      shift(quick, next);
      give(worker, next);
    }
  }

  return {
    get size() {
      return quick.length + alone.length;
    },
    get cost() {
      return cost;
    },
    get quickCost() {
      return quick.reduce((sum, job) => sum + job.cost, 0);
    },
    waitingFor: (key) => [...quick, ...alone].filter((job) => job.key === key).length,
    add(job) {
      cost += job.cost;
      (job.alone ? alone : quick).push(job);
    },
    putBack(jobs) {
      for (const job of jobs) {
        job.alone = true;
        cost += job.cost;
      }
      alone.unshift(...jobs);
    },
    dispatch(workers, give, now) {
      const free = workers.filter(({ paused }) => !paused);
      dispatchAlone(free, give);
      dispatchQuick(free, give, now);
    },
    remove(isOver) {
      const removed = [...alone, ...quick].filter(isOver);
      const gone = new Set(removed);
      alone = alone.filter((job) => !gone.has(job));
      quick = quick.filter((job) => !gone.has(job));
      for (const job of removed) subtract(job.cost);
      return removed;
    },
  };
}

function cheapest<W extends WorkerSlot>(workers: readonly W[]): W | undefined {
  let best: W | undefined;
  for (const worker of workers) if (best === undefined || worker.cost < best.cost) best = worker;
  return best;
}
