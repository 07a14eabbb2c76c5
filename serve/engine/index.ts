// What the routes ask of the machinery behind them: which models there are, and what a model says of a picture.

import { availableParallelism } from 'node:os';
import { messageOf } from '../../models/errors.ts';
import type { Picture } from '../../models/image/picture.ts';
import { moduleBeside } from '../../setup/module.mjs';
import { hasTurbojpeg } from '../../setup/turbojpeg.mjs';
import { checkPixels, type PlainHeader, readPlainHeader } from '../decode/header.ts';
import type { Refusal } from '../refusal.ts';
import type { Device } from '../sessions/device.ts';
import type { Opened, WorkerModel } from '../sessions/messages.ts';
import type { Limits } from '../settings/limits.ts';
import { type Catalog, createCatalog, type Trial } from './catalog.ts';
import { createDesk } from './dispatcher.ts';
import { type EngineState, type Observer, observeAll, type Timings } from './events.ts';
import { type ServedModel, sessionKey } from './models.ts';

/** What is to be classified. */
export type Source =
  /** A file's bytes: JPEG, PNG, WebP or GIF. */
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array }
  /** Pixels, which are prepared by the model's rule as a decoded file's are. */
  | { readonly kind: 'picture'; readonly picture: Picture }
  /** The model's own input, `[H,W,C]` uint8, which goes in as it is. */
  | { readonly kind: 'input'; readonly data: Uint8Array };

export interface Asked {
  /** Whether nobody waits for the answer any more. */
  readonly gone?: (() => boolean) | undefined;
  /** Milliseconds in which an answer is worth something. */
  readonly deadline?: number | undefined;
}

export interface Classified {
  /** float32, in the order of the card's labels. */
  readonly probabilities: Float32Array;
  readonly timings: Timings;
}

export interface Engine {
  /**
   * Opens the newest version of each model that works, and watches the repository from then on.
   *
   * @throws UserError when there is none.
   */
  load(): Promise<void>;
  /** Sorted by name, then version. Changes as models come and go: ask each time. */
  models(): readonly ServedModel[];
  /** Whether it can classify. */
  ready(): boolean;
  /** @throws Refusal for what the picture is, or when there is no room or no time for it. */
  classify(model: ServedModel, source: Source, asked?: Asked): Promise<Classified>;
  state(): EngineState;
  /** Looks at the repository now, rather than in a moment. */
  look(): Promise<void>;
  /** Stops the workers, which finish what they are at. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Folder of models, `<name>/<version>/model.onnx`. */
  readonly repository: string;
  /** Serves this model alone. */
  readonly only?: string | undefined;
  readonly limits: Limits;
  /** Threads that run models, over all workers; by default one for each processor. */
  readonly threads?: number | undefined;
  /** Worker threads; by default as `divideThreads` says. */
  readonly workers?: number | undefined;
  /** What runs the models; by default the processor. */
  readonly device?: Device | undefined;
  /** `fast` shrinks large JPEGs while they are decoded; by default `exact`. */
  readonly decode?: 'exact' | 'fast' | undefined;
  /** Milliseconds between two looks at the repository; 0 looks only at the start. */
  readonly watch?: number | undefined;
  readonly observers?: readonly Observer[] | undefined;
  /** Told of what the operator should know. */
  readonly log: (line: string) => void;
  /** Entry of the worker threads; a test gives its own. */
  readonly entry?: URL | undefined;
}

const ENTRY = moduleBeside('../sessions/worker', import.meta.url);

/** Workers at most by default: each holds all models in memory. Further threads go to the runs of each. */
const MOST_WORKERS = 8;

const WATCH = 500;

/** How many workers, and how many threads each gives to a run; their product is at most `threads`. */
export function divideThreads(
  threads: number,
  workers = Math.min(threads, MOST_WORKERS),
): { workers: number; threadsEach: number } {
  return { workers, threadsEach: Math.max(1, Math.floor(threads / workers)) };
}

/** Starts the first worker at once, without models: it loads its libraries while the main thread loads others. */
export function openEngine(options: EngineOptions): Engine {
  const { limits, watch = WATCH, log } = options;
  const { workers, threadsEach } = divideThreads(options.threads ?? availableParallelism(), options.workers);
  const observer = observeAll(options.observers ?? []);
  const ownJpegs = hasTurbojpeg();
  let device = 'cpu';
  let note: string | undefined;

  const desk = createDesk({
    entry: options.entry ?? ENTRY,
    workers,
    worker: {
      threads: threadsEach,
      batch: limits.batch,
      device: options.device ?? 'cpu',
      fast: options.decode === 'fast',
    },
    limits,
    observer,
    log,
  });
  /** Made once: a key that is the same text, not an equal one, is found without being read. */
  const workerModels = new WeakMap<ServedModel, WorkerModel>();
  function workerModel(model: ServedModel): WorkerModel {
    let made = workerModels.get(model);
    if (made === undefined) {
      made = { key: sessionKey(model), path: model.path, card: model.card };
      workerModels.set(model, made);
    }
    return made;
  }

  const catalog: Catalog = createCatalog({
    repository: options.repository,
    only: options.only,
    observer,
    log,
    open: async (model) => judge(await desk.open(workerModel(model))),
    swap: (current) => desk.setModels(current.map(workerModel)),
  });
  let closed = false;
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function judge(all: readonly Opened[]): Trial {
    const milliseconds = all.reduce((sum, opened) => sum + opened.milliseconds, 0);
    for (const opened of all) {
      if (opened.device !== undefined) device = opened.device.name;
      if (opened.device?.note !== undefined && note === undefined) {
        note = opened.device.note;
        log(`${note}; models run on the processor`);
      }
    }
    const bad = all.find(({ reason }) => reason !== undefined);
    if (bad?.reason === undefined) return { milliseconds };
    return { milliseconds, reason: bad.reason, ended: bad.ended === true };
  }

  /** One look at a time. */
  function look(): Promise<void> {
    looking = looking
      .then(() => catalog.look())
      .catch((error) => {
        if (!closed) log(`the repository could not be read: ${messageOf(error)}`);
      });
    return looking;
  }

  function watchOn(): void {
    if (closed || watch === 0) return;
    timer = setTimeout(() => void look().then(watchOn), watch).unref();
  }

  async function load(): Promise<void> {
    await catalog.load();
    desk.begin();
    watchOn();
  }

  function classify(model: ServedModel, source: Source, asked: Asked = {}): Promise<Classified> {
    const worker = workerModel(model);
    const ticket = { model: worker, name: model, key: worker.key, asked };
    if (source.kind !== 'encoded') return desk.ask(ticket, source);
    const header = readPlainHeader(source.bytes);
    if (header === undefined || (header.format === 'JPEG' && !ownJpegs))
      return desk.askAfterSharp(ticket, source.bytes);
    const large = refuseLarge(header);
    if (large !== undefined) {
      observer.lost(model, 'refused');
      return Promise.reject(large);
    }
    return desk.ask(ticket, { kind: 'encoded', bytes: source.bytes, header });
  }

  function refuseLarge(header: PlainHeader): Refusal | undefined {
    return checkPixels(header.format, header.width, header.height, limits.pixels);
  }

  return {
    load,
    models: catalog.models,
    ready: desk.ready,
    classify,
    look,
    state: () => ({ ...desk.state(), threadsEach, device }),
    async close() {
      closed = true;
      clearTimeout(timer);
      await desk.close();
    },
  };
}
