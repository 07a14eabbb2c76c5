// The worker threads: starts them, opens models in them, and starts another when one ends.
import type { Worker } from 'node:worker_threads';
import '../../models/without-telemetry.ts';
import { startThread } from '../../setup/start.mjs';
import type { FromWorker, Opened, ToWorker, WorkerModel, WorkerOptions } from './messages.ts';
import type { Place } from './queue.ts';

/** A worker, and what is known of it. */
export interface Seat extends Place {
  /** Has opened the models that it begins with, and is not opening another. */
  paused: boolean;
  ready: boolean;
  /** Sessions that it was told to open, and when each was last asked, by performance.now(). */
  readonly used: Map<string, number>;
  /** Lots that it has not answered wholly. */
  lots: number;
  /** Its last lot. */
  given?: { readonly pictures: number; readonly at: number };
  gathers?: Place['gathers'];
  /** @param moved - buffers that the worker gets, and this thread has no more. */
  send(message: ToWorker, moved?: ArrayBuffer[]): void;
}

export interface CrewOptions {
  readonly entry: URL;
  readonly workers: number;
  readonly worker: WorkerOptions;
  /** Told of all messages but those about opening. */
  readonly hear: (seat: Seat, message: FromWorker) => void;
  /** A worker is gone; `expected` when it was asked to. */
  readonly gone: (seat: Seat, cause: string, expected: boolean) => void;
  /** A worker can be given work. */
  readonly free: (seat: Seat) => void;
}

export interface Crew {
  /** Those that are there. */
  readonly seats: readonly Seat[];
  /**
   * Opens a model in one worker, or in all of them in turn: the others serve meanwhile.
   *
   * @returns what each said, up to the first that cannot.
   */
  open(model: WorkerModel, where?: readonly Seat[]): Promise<Opened[]>;
  /** Says which models a new worker opens. */
  setModels(models: readonly WorkerModel[]): void;
  /** Starts the workers that are still missing. */
  fill(): void;
  close(): Promise<void>;
}

/** Milliseconds before a worker that ended while it was loading is started again. */
const RESTART_DELAY = 1_000;

/** Milliseconds that a worker gets to finish what it is at before it is cut off. */
const PATIENCE = 10_000;

/** Starts the first worker at once: it loads its libraries while the main thread loads others. */
export function openCrew(options: CrewOptions): Crew {
  const seats: Seat[] = [];
  const workers = new Map<Seat, Worker>();
  const openings = new Map<Seat, Map<string, (opened: Opened) => void>>();
  let models: readonly WorkerModel[] = [];
  let closing = false;
  let filled = false;

  function sit(): Seat {
    const worker = startThread(options.entry, options.worker);
    const send = (message: ToWorker, moved?: ArrayBuffer[]) => worker.postMessage(message, moved);
    const seat: Seat = { cost: 0, alone: 0, lots: 0, paused: true, ready: false, used: new Map(), send };
    seats.push(seat);
    workers.set(seat, worker);
    openings.set(seat, new Map());
    worker.on('message', (message: FromWorker) => {
      const opening = message.kind === 'opened' ? openings.get(seat)?.get(message.key) : undefined;
      if (message.kind === 'opened' && opening !== undefined) opening(message);
      else options.hear(seat, message);
    });
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error.stack ?? error;
    });
    worker.on('exit', (code) => leave(seat, String(cause ?? `exit code ${code}`)));
    return seat;
  }

  function leave(seat: Seat, cause: string): void {
    seats.splice(seats.indexOf(seat), 1);
    workers.delete(seat);
    const open = openings.get(seat);
    openings.delete(seat);
    for (const [key, opened] of open ?? []) {
      opened({
        kind: 'opened',
        key,
        milliseconds: 0,
        ended: true,
        reason: `a worker ended over it: ${cause}`,
      });
    }
    options.gone(seat, cause, closing);
    if (!closing && filled) setTimeout(hire, seat.ready ? 0 : RESTART_DELAY);
  }

  async function hire(): Promise<void> {
    if (closing || seats.length >= options.workers) return;
    const seat = sit();
    for (const model of models) await openIn(seat, model);
    begin(seat);
  }

  function begin(seat: Seat): void {
    if (!seats.includes(seat)) return;
    seat.ready = true;
    seat.paused = false;
    options.free(seat);
  }

  /** What the worker already has is worked off first; until the model is open, it gets nothing new. */
  async function openIn(seat: Seat, model: WorkerModel): Promise<Opened> {
    const { key } = model;
    seat.used.set(key, performance.now());
    const opened = await new Promise<Opened>((resolve) => {
      const open = openings.get(seat);
      if (open === undefined) {
        resolve({ kind: 'opened', key, milliseconds: 0, ended: true, reason: 'a worker ended before it' });
        return;
      }
      open.set(key, resolve);
      seat.paused = true;
      seat.send({ kind: 'open', model });
    });
    openings.get(seat)?.delete(key);
    if (opened.reason !== undefined) seat.used.delete(key);
    if (seat.ready) begin(seat);
    return opened;
  }

  async function open(model: WorkerModel, where: readonly Seat[] = [...seats]): Promise<Opened[]> {
    const all: Opened[] = [];
    for (const seat of where) {
      const opened = await openIn(seat, model);
      all.push(opened);
      if (opened.reason !== undefined) break;
    }
    return all;
  }

  sit();
  return {
    seats,
    open,
    setModels(now) {
      models = now;
    },
    fill() {
      filled = true;
      for (const seat of seats) if (!seat.ready) begin(seat);
      for (let n = seats.length; n < options.workers; n++) void hire();
    },
    async close() {
      closing = true;
      await Promise.all([...workers.values()].map(end));
    },
  };
}

/** A thread that is cut off inside onnxruntime takes the whole process with it: it is asked first. */
async function end(worker: Worker): Promise<void> {
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage({ kind: 'end' } satisfies ToWorker);
  const patience = setTimeout(() => void worker.terminate(), PATIENCE);
  await ended;
  clearTimeout(patience);
}
