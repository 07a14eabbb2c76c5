// The dispatcher: takes pictures and sees that each gets one result. It queues them, gives them to workers in batches,
// keeps deadlines, drops the jobs of clients that have gone, and gives the jobs of a worker that ended to another.

import type { Log } from '../log.ts';
import { openGarbageCollector } from '../memory/collect-garbage.ts';
import { Refusal } from '../refusal.ts';
import { createCosts } from '../sessions/cost.ts';
import type { PictureInput } from '../sessions/job.ts';
import type { FailedJob, FromWorker, OpenedMessage, WorkerModel } from '../sessions/messages.ts';
import { createQueue, LONG_MS } from '../sessions/queue.ts';
import { openWorkerPool, type PoolWorker, type WorkerPoolOptions } from '../sessions/worker-pool.ts';
import type { Limits } from '../settings/limits.ts';
import { createAdmission } from './admission.ts';
import { createAssignments } from './assignments.ts';
import { createDispatchLoop } from './dispatch-loop.ts';
import type { EngineState, Observer } from './events.ts';
import { createSessionEviction } from './evict-sessions.ts';
import { expireJobs } from './expire-jobs.ts';
import { embeddingKey } from './models.ts';
import {
  clientGone,
  createJob,
  deadlinePassed,
  errorOf,
  failJob,
  type JobInput,
  type JobRequest,
  type PictureJob,
  splitRetries,
  workerEnded,
} from './picture-job.ts';
import type { PictureResult } from './picture-states.ts';
import { deliverResults } from './results.ts';
import { createFileDecoder, createSharpDecoding, type UndecodedFile } from './sharp-decoding.ts';
import { createSweeper } from './sweeper.ts';

export interface DispatcherOptions extends Pick<WorkerPoolOptions, 'entry' | 'workerOptions' | 'background'> {
  /** How many workers there should be. */
  readonly workers: number;
  readonly limits: Limits;
  readonly observer: Required<Observer>;
  readonly log: Log;
  /** Called with the key of a model that a worker could not open when it was asked for. */
  readonly onUnopened: (key: string) => void;
}

export interface Dispatcher {
  /** @throws Refusal as `Engine.classify` does. */
  classify(request: JobRequest, input: PictureInput): Promise<PictureResult>;
  /** For files that workers do not decode. @throws Refusal as `Engine.classify` does. */
  classifyBySharp(request: JobRequest, file: UndecodedFile): Promise<PictureResult>;
  /** Opens a model in all workers. @returns the answer of each, up to the first that cannot open it. */
  open(model: WorkerModel): Promise<OpenedMessage[]>;
  /** Sets which models are current; those that were, or are unloaded, are closed when their last job is done. */
  setModels(models: readonly WorkerModel[], unloaded: readonly WorkerModel[]): void;
  /** Starts the workers that are still missing. */
  startAll(): void;
  /** Whether a worker can classify. */
  ready(): boolean;
  state(): Omit<EngineState, 'threadsEach' | 'device'>;
  /** Stops the workers, which finish their work first. */
  close(): Promise<void>;
}

/** How often deadlines, and whether clients have gone, are looked at, in milliseconds. */
const SWEEP_INTERVAL = 100;

/** Bytes of pixels after which garbage is collected when there is no work. */
const LARGE_PICTURE = 16 * 1024 * 1024;

/** Pictures of fewer bytes do not count: their garbage is collected while others come. */
const COUNTED_PICTURE = 2 * 1024 * 1024;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { limits, observer, log, workers, entry, background, workerOptions, onUnopened } = options;
  const queue = createQueue<PictureJob>();
  const costs = createCosts();
  const assignments = createAssignments<PoolWorker, PictureJob>();
  const results = { assignments, costs, observer, judge };
  const collectGarbage = openGarbageCollector();
  const mostCost = limits.queue * workers;
  const admit = createAdmission({
    limit: mostCost,
    workers,
    // What runs alone waits for the others: it keeps no quick picture out.
    waiting: (cost) => (cost < LONG_MS ? queue.quickCost + decoding.quickCost : queue.cost + decoding.cost),
    observer,
  });
  const decoding = createSharpDecoding({
    decodeFile: createFileDecoder(),
    decodedPixels: limits.decodedPixels,
    costs,
    admit,
    onFailed: observer.failed,
  });
  const loop = createDispatchLoop({
    queue,
    assignments,
    workers: () => pool.workers,
    onGone: (job) =>
      job.deadline < performance.now()
        ? failJob(job, 'late', deadlinePassed(), observer)
        : failJob(job, 'gone', clientGone(), observer),
  });
  const sweeper = createSweeper(SWEEP_INTERVAL, sweep);
  const pool = openWorkerPool({
    entry,
    background,
    size: workers,
    workerOptions,
    onMessage,
    onExit,
    onReady: loop.schedule,
    onUnopened,
  });
  const sessions = createSessionEviction(pool.workers, queue.waitingFor);
  /** Bytes of pixels that were decoded on this thread since garbage was collected. */
  let pixels = 0;
  let closed = false;

  function onMessage(worker: PoolWorker, message: FromWorker): void {
    if (message.kind === 'results') deliverResults(results, worker, message, performance.now());
    else if (message.reason !== undefined) {
      worker.lastUsed.delete(message.key); // the next picture for it has it opened again
      onUnopened(message.key);
    }
    if (queue.size > 0) loop.dispatch();
  }

  /** A worker has ended: its jobs go to other workers, once. */
  function onExit(worker: PoolWorker, cause: string, expected: boolean): void {
    const { retries, lost } = splitRetries(assignments.removeWorker(worker), !expected);
    for (const job of retries) job.retried = true;
    for (const job of lost) failJob(job, 'died', workerEnded(!expected), observer);
    queue.putBack(retries);
    if (expected) return;
    log(`a worker stopped and is started again: ${cause}`, { level: 'error' });
    observer.workerStopped(cause, retries.length);
    loop.schedule();
  }

  function enqueue(request: JobRequest, input: JobInput): Promise<PictureResult> {
    if (closed) return Promise.reject(workerEnded(false));
    return new Promise((resolve, reject) => {
      queue.add(createJob(request, input, limits.deadline, resolve, reject));
      loop.schedule();
      sweeper.start();
    });
  }

  function classifyBySharp(job: JobRequest, file: UndecodedFile): Promise<PictureResult> {
    const { model, name, options } = job;
    const { key, card } = model;
    const deadline = options.deadline ?? limits.deadline;
    const request = { name, key, gone: options.gone, deadline, target: card.input };
    return decoding.decode(file, request, (decoded) => {
      if (decoded.picture.data.length > COUNTED_PICTURE) pixels += decoded.picture.data.length;
      const { picture, cost, start, spent } = decoded;
      return enqueue(job, { input: { kind: 'picture', picture }, cost, start, decoded: spent });
    });
  }

  /** Lets sharp have a file that a worker's decoder gave up: it is the judge of what is odd, as in training. */
  function judge(job: PictureJob, file: UndecodedFile, failed: FailedJob): void {
    const { model, name, gone, deadline } = job;
    job.settled = true; // its result, and what is observed of it, are those of the second try
    const options = { gone, deadline: Math.max(0, deadline - performance.now()) };
    classifyBySharp({ model, name, options }, file).then(job.resolve, (error: unknown) =>
      job.reject(error instanceof Refusal && error.status === 415 ? errorOf(job, failed) : error),
    );
  }

  /** @returns whether there is still work. */
  function sweep(): boolean {
    const now = performance.now();
    expireJobs(queue, assignments, observer, now);
    sessions.evict(now);
    if (queue.size + assignments.size > 0) return true;
    if (pixels > LARGE_PICTURE) {
      collectGarbage();
      pixels = 0;
    }
    return false;
  }

  return {
    classify(request, input) {
      const cost = costs.ofInput(input, request.model.card.input) + costs.ofRun(request.model.key);
      const full = admit(request.name, cost);
      if (full !== undefined) return Promise.reject(full);
      return enqueue(request, { input, cost, start: performance.now(), decoded: 0 });
    },
    classifyBySharp,
    open: pool.open,
    setModels(models, unloaded) {
      pool.setModels(models);
      const keys = models.map(({ key }) => key);
      const leaving = unloaded.flatMap(({ key }) => [key, embeddingKey(key)]);
      for (const replaced of sessions.setCurrent(keys, performance.now(), leaving))
        for (const key of [replaced, embeddingKey(replaced)]) costs.forget(key);
    },
    startAll: pool.startAll,
    ready: () => pool.workers.some(({ ready }) => ready),
    state: () => ({
      waiting: queue.size,
      waitingCost: queue.cost + decoding.cost,
      mostCost,
      working: assignments.size,
      workers: pool.workers.filter(({ ready }) => ready).length,
      mostWorkers: workers,
    }),
    async close() {
      closed = true;
      sweeper.stop();
      loop.stop();
      expireJobs(queue, assignments, observer, performance.now());
      await pool.close();
      for (const job of queue.remove(() => true)) failJob(job, 'died', workerEnded(false), observer);
    },
  };
}
