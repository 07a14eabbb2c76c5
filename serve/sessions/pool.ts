// The workers that run the models: shares pictures out among them, and replaces a worker that dies.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../models/errors.ts';
import { keyOf, type ServedModel } from '../models.ts';
import type { EngineState } from '../observe.ts';
import { Refusal } from '../refusal.ts';
import type { Answered, FromWorker, Pixels, ToWorker, WorkerOptions } from './messages.ts';

/** Milliseconds are those that a worker spent; what is not in them was waiting. */
export type Run = Pick<Answered, 'probabilities' | 'prepare' | 'run'>;

export interface ModelPool {
  /**
   * Loads models: of each name the newest version at once, the others when they are asked for. One that is broken is
   * left out and the log told, so that the version before it takes its place.
   *
   * @param models - sorted by name, then version.
   * @throws UserError when none can be loaded.
   */
  load(models: readonly ServedModel[]): Promise<void>;
  /** The models that were loaded and are not broken, sorted by name, then version. */
  models(): readonly ServedModel[];
  /** Whether some worker has its models loaded. */
  ready(): boolean;
  /**
   * Runs a model on a picture, or on an input of its own.
   *
   * @param pixels - the bytes are moved to a worker, when they have their buffer for themselves.
   * @throws Refusal 503 when no worker is there, the worker dies, or the model turns out to be broken.
   */
  run(model: ServedModel, pixels: Pixels): Promise<Run>;
  /** How it stands now. */
  state(): EngineState;
  /** Stops the workers. What they still work on is refused. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Pictures in one run of a model at most. */
  readonly batch: number;
  /** Threads that run models, over all workers; by default one for each processor. */
  readonly threads?: number | undefined;
  /** Told of what the operator should know. */
  readonly log: (line: string) => void;
  /** Entry of the worker threads; a test gives its own. */
  readonly entry?: URL | undefined;
}

const ENTRY = new URL('./worker.mjs', import.meta.url);

/** Workers at most: further threads go to the runs of each, since every worker holds all models in memory. */
const MOST_WORKERS = 4;

/** Milliseconds before a worker that died while it was loading is started again. */
const RESTART_DELAY = 1_000;

/** Milliseconds that a worker gets to finish what it is at before it is cut off. */
const PATIENCE = 10_000;

interface Waiting {
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: unknown) => void;
}

interface Seat {
  readonly worker: Worker;
  /** Has loaded its models. */
  ready: boolean;
  /** Pictures that it has, by the number of the job. */
  readonly waiting: Map<number, Waiting>;
}

/** How many workers, and how many threads each gives to a run; their product is at most `threads`. */
export function divideThreads(threads: number): { workers: number; threadsEach: number } {
  const workers = Math.min(threads, MOST_WORKERS);
  return { workers, threadsEach: Math.floor(threads / workers) };
}

/**
 * Starts the first worker at once, without models: it loads its libraries while the main thread loads others.
 * The other workers follow when it is ready.
 */
export function openPool(options: PoolOptions): ModelPool {
  const { batch, threads = availableParallelism(), log, entry = ENTRY } = options;
  const { workers, threadsEach } = divideThreads(threads);
  const seats = new Set<Seat>();
  let models: readonly ServedModel[] = [];
  let nextId = 0;
  let closing = false;
  const first = sit();

  /** Starts a worker. */
  function sit(): Seat {
    const worker = new Worker(entry, {
      workerData: { threads: threadsEach, batch } satisfies WorkerOptions,
      execArgv: [],
    });
    const seat: Seat = { worker, ready: false, waiting: new Map() };
    seats.add(seat);
    worker.on('message', (message: FromWorker) => hear(seat, message));
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error.stack ?? error;
    });
    worker.on('exit', (code) => leave(seat, cause ?? `exit code ${code}`));
    return seat;
  }

  function hear({ waiting }: Seat, message: FromWorker): void {
    if (message.kind === 'ready') return; // load() listens for it
    const { resolve, reject } = waiting.get(message.id) ?? {};
    waiting.delete(message.id);
    if (message.kind === 'answered') resolve?.(message);
    else if (message.kind === 'broken') {
      reject?.(new Refusal(503, `the model cannot be used: ${message.reason}`));
    } else reject?.(new Error(message.stack));
  }

  /** A worker is gone: what it held is refused, once, and another is started. */
  function leave(seat: Seat, cause: unknown): void {
    seats.delete(seat);
    for (const { reject } of seat.waiting.values()) {
      reject(new Refusal(503, 'the worker that held this picture stopped: send the picture again'));
    }
    if (closing || models.length === 0) return;
    log(`a worker stopped and is started again: ${cause}`);
    setTimeout(hire, seat.ready ? 0 : RESTART_DELAY);
  }

  function hire(): void {
    if (!closing) loadInto(sit()).catch(() => {}); // when it dies again, leave() sees to it
  }

  /** @returns what is broken, by `name/version`. */
  function loadInto(seat: Seat): Promise<ReadonlyMap<string, string>> {
    const { worker } = seat;
    return new Promise((resolve, reject) => {
      const stopped = () => reject(new Error('a worker stopped while it was loading the models'));
      if (!seats.has(seat)) return stopped();
      const onMessage = (message: FromWorker) => {
        if (message.kind !== 'ready') return;
        worker.off('message', onMessage);
        seat.ready = true;
        resolve(message.broken);
      };
      worker.on('message', onMessage);
      worker.once('exit', stopped);
      worker.once('error', reject);
      send(worker, { kind: 'load', models: models.map((model) => ({ ...model, key: keyOf(model) })) });
    });
  }

  async function load(all: readonly ServedModel[]): Promise<void> {
    models = all;
    const broken = await loadInto(first);
    for (const [key, why] of broken) log(`${key} is left out: ${why}`);
    models = all.filter((model) => !broken.has(keyOf(model)));
    if (models.length === 0) {
      throw new UserError(
        `no model can be served:\n${[...broken].map((entry) => entry.join(': ')).join('\n')}`,
      );
    }
    for (let i = 1; i < workers; i++) hire();
  }

  function run(model: ServedModel, pixels: Pixels): Promise<Run> {
    return new Promise<Answered>((resolve, reject) => {
      const [seat] = [...seats].filter(({ ready }) => ready).sort((a, b) => a.waiting.size - b.waiting.size);
      if (seat === undefined) throw new Refusal(503, 'the models are being loaded: try again in a moment');
      const id = nextId++;
      seat.waiting.set(id, { resolve, reject });
      const { buffer, byteLength } = 'picture' in pixels ? pixels.picture.data : pixels.input;
      const move = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
      send(seat.worker, { kind: 'classify', id, key: keyOf(model), pixels }, move);
    });
  }

  async function close(): Promise<void> {
    closing = true;
    await Promise.all([...seats].map(({ worker }) => end(worker)));
  }

  return {
    models: () => models,
    ready: () => [...seats].some(({ ready }) => ready),
    run,
    load,
    close,
    state: () => ({
      waiting: 0,
      waitingCost: 0,
      mostCost: 0,
      working: [...seats].reduce((sum, { waiting }) => sum + waiting.size, 0),
      workers: [...seats].filter(({ ready }) => ready).length,
      mostWorkers: workers,
      threadsEach,
      device: 'cpu',
    }),
  };
}

/** A thread that is cut off inside onnxruntime takes the whole process with it: it is asked first. */
async function end(worker: Worker): Promise<void> {
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  send(worker, { kind: 'end' });
  const patience = setTimeout(() => void worker.terminate(), PATIENCE);
  await ended;
  clearTimeout(patience);
}

function send(worker: Worker, message: ToWorker, move: ArrayBuffer[] = []): void {
  worker.postMessage(message, move);
}
