// The worker pool: starts the worker threads, opens models in them, and starts another worker when one ends.
import type { Worker } from 'node:worker_threads';
import '../../setup/libraries/without-telemetry.mjs';
import { startThread } from '../../setup/modules/start.mjs';
import { ENDED, explain } from '../explain.ts';
import { type CancelFlags, createCancelFlags } from './cancellation.ts';
import { openExitGate } from './exit-gate.ts';
import type { FromWorker, OpenedMessage, ToWorker, WorkerModel, WorkerOptions } from './messages.ts';
import type { WorkerSlot } from './queue.ts';

/** A worker, and what the main thread knows of it. */
export interface PoolWorker extends WorkerSlot {
  /** It is opening a model, or has not opened those that it starts with. */
  paused: boolean;
  /** It has opened the models that it starts with. */
  ready: boolean;
  /** Sessions that it has opened or will open, and when each was last used, by performance.now(). */
  readonly lastUsed: Map<string, number>;
  batches: number;
  /** The batch that it was given last. */
  lastBatch?: { readonly pictures: number; readonly at: number };
  batchWait?: WorkerSlot['batchWait'];
  /** Flags that cancel its jobs, by their ids. */
  readonly cancelled?: CancelFlags | undefined;
  /** @param transferred - buffers that the worker gets; this thread loses them. */
  send(message: ToWorker, transferred?: ArrayBuffer[]): void;
}

export interface WorkerPoolOptions {
  /** Entry file of the worker threads. */
  readonly entry: URL;
  /** How many workers there should be. */
  readonly size: number;
  readonly workerOptions: WorkerOptions;
  /** The threads do not keep the process from ending. */
  readonly background?: boolean | undefined;
  /** Called with all messages except those about opening. */
  readonly onMessage: (worker: PoolWorker, message: FromWorker) => void;
  /** A worker has ended; `expected` when the pool is being closed. */
  readonly onExit: (worker: PoolWorker, cause: string, expected: boolean) => void;
  /** A worker can be given work. */
  readonly onReady: (worker: PoolWorker) => void;
  /** A worker that was started later could not open one of the models that it starts with. */
  readonly onUnopened: (key: string) => void;
}

export interface WorkerPool {
  /** The workers that exist now. */
  readonly workers: readonly PoolWorker[];
  /**
   * Opens a model in all workers, one after another: the others serve meanwhile.
   *
   * @returns the answer of each, up to the first that cannot open it.
   */
  open(model: WorkerModel): Promise<OpenedMessage[]>;
  /** Sets the models that a new worker opens. */
  setModels(models: readonly WorkerModel[]): void;
  /** Starts the workers that are still missing. */
  startAll(): void;
  close(): Promise<void>;
}

/** Milliseconds before another worker is started for one that ended while it was loading. */
const RESTART_DELAY = 1_000;

/** Milliseconds that a worker gets to finish its work before it is terminated. */
const PATIENCE = 10_000;

/** Starts the first worker at once: it loads its libraries while the main thread loads others. */
export function openWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { entry, size, workerOptions, background = false, onMessage, onExit, onReady, onUnopened } = options;
  const workers: PoolWorker[] = [];
  const threads = new Map<PoolWorker, Worker>();
  /** For each worker, by the key of a model that it is opening: who waits for that. */
  const openings = new Map<PoolWorker, Map<string, (opened: OpenedMessage) => void>>();
  let models: readonly WorkerModel[] = [];
  const { gate, remove: removeGate } = openExitGate();
  let closing = false;
  let startedAll = false;

  function startWorker(): PoolWorker {
    const cancelled = createCancelFlags();
    const thread = startThread(entry, { ...workerOptions, cancelled, gate });
    const send = (message: ToWorker, transferred?: ArrayBuffer[]) => thread.postMessage(message, transferred);
    const worker: PoolWorker = {
      cost: 0,
      alone: 0,
      batches: 0,
      paused: true,
      ready: false,
      lastUsed: new Map(),
      cancelled,
      send,
    };
    workers.push(worker);
    threads.set(worker, thread);
    openings.set(worker, new Map());
    thread.on('message', (message: FromWorker) => {
      const opening = message.kind === 'opened' ? openings.get(worker)?.get(message.key) : undefined;
      if (message.kind === 'opened' && opening !== undefined) opening(message);
      else onMessage(worker, message);
    });
    let cause: unknown;
    thread.on('error', (error) => {
      cause = explain(error);
    });
    thread.on('exit', (code) => removeWorker(worker, String(cause ?? `exit code ${code}`)));
    if (background) thread.unref(); // after the listeners, which undo it
    return worker;
  }

  function removeWorker(worker: PoolWorker, cause: string): void {
    workers.splice(workers.indexOf(worker), 1);
    threads.delete(worker);
    const open = openings.get(worker);
    openings.delete(worker);
    for (const [key, opened] of open ?? []) {
      opened({
        kind: 'opened',
        key,
        milliseconds: 0,
        ended: true,
        reason: ENDED + cause,
      });
    }
    onExit(worker, cause, closing);
    if (!closing && startedAll) setTimeout(addWorker, worker.ready ? 0 : RESTART_DELAY);
  }

  async function addWorker(): Promise<void> {
    if (closing || workers.length >= size) return;
    const worker = startWorker();
    for (const model of models) {
      const { reason, ended } = await openIn(worker, model);
      if (reason !== undefined && !ended) onUnopened(model.key);
    }
    makeReady(worker);
  }

  function makeReady(worker: PoolWorker): void {
    if (!workers.includes(worker)) return;
    worker.ready = true;
    worker.paused = false;
    onReady(worker);
  }

  /** The worker first finishes the jobs that it has; until the model is open, it gets no new ones. */
  async function openIn(worker: PoolWorker, model: WorkerModel): Promise<OpenedMessage> {
    const { key } = model;
    worker.lastUsed.set(key, performance.now());
    const opened = await new Promise<OpenedMessage>((resolve) => {
      const open = openings.get(worker);
      if (open === undefined) {
        resolve({ kind: 'opened', key, milliseconds: 0, ended: true, reason: 'a worker ended before it' });
        return;
      }
      open.set(key, resolve);
      worker.paused = true;
      worker.send({ kind: 'open', model });
    });
    openings.get(worker)?.delete(key);
    if (opened.reason !== undefined) worker.lastUsed.delete(key);
    if (worker.ready) makeReady(worker);
    return opened;
  }

  startWorker();
  return {
    workers,
    async open(model) {
      const all: OpenedMessage[] = [];
      for (const worker of [...workers]) {
        const opened = await openIn(worker, model);
        all.push(opened);
        if (opened.reason !== undefined) break;
      }
      return all;
    },
    setModels(now) {
      models = now;
    },
    startAll() {
      startedAll = true;
      for (const worker of workers) if (!worker.ready) makeReady(worker);
      for (let n = workers.length; n < size; n++) void addWorker();
    },
    async close() {
      closing = true;
      await Promise.all([...threads.values()].map(endThread));
      removeGate();
    },
  };
}

/** Asks a thread to end first: terminating it inside onnxruntime would end the whole process. */
async function endThread(thread: Worker): Promise<void> {
  const ended = new Promise((resolve) => thread.once('exit', resolve));
  thread.postMessage({ kind: 'end' } satisfies ToWorker);
  const patience = setTimeout(() => void thread.terminate(), PATIENCE);
  await ended;
  clearTimeout(patience);
}
