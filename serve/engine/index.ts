// The engine: which models are served, and what a model says of a picture. It knows nothing of HTTP.

import { messageOf } from '../../models/errors.ts';
import { hasTurbojpeg } from '../../setup/libraries/turbojpeg.mjs';
import { processors } from '../../setup/machine/processors.mjs';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { checkWork } from '../decode/check-work.ts';
import { checkHeader, isPlain } from '../decode/header.ts';
import { inPublic } from '../explain.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { Device } from '../sessions/device.ts';
import type { OpenedMessage } from '../sessions/messages.ts';
import type { Limits } from '../settings/limits.ts';
import type { AbsentModel } from './absent.ts';
import { adoptedFolder } from './adopt.ts';
import { openAdoptedFiles } from './adopted-files.ts';
import { createCatalog } from './catalog.ts';
import type { CatalogOpening } from './catalog-types.ts';
import { createDispatcher } from './dispatcher.ts';
import { type EngineState, type Observer, observeAll } from './events.ts';
import { createModelList } from './model-list.ts';
import { cannotBeUsed, type Only, type ServedModel, sessionKey, versionName } from './models.ts';
import type { Trial } from './open-newest.ts';
import { Unopened } from './picture-job.ts';
import type { ClassifyOptions, PictureResult, RawPicture } from './picture-states.ts';
import { controlInTurn, type RepositoryControl } from './repository-control.ts';
import { createWorkerModels } from './worker-models.ts';

export interface Engine {
  /**
   * Opens the newest version of each model that works, and watches the repository from then on.
   *
   * @throws UserError when there is none.
   */
  load(): Promise<void>;
  /** Sorted by name, then version. Models come and go: call it each time. */
  models(): readonly ServedModel[];
  /** Versions that are in the repository and not served, and why. */
  absent(): readonly AbsentModel[];
  /** The model that answers when none is named; undefined while there is none at all. */
  defaultModel(): ServedModel | undefined;
  /** What the operator has said that answers when none is named. */
  readonly pinned?: Only | undefined;
  /** Whether it can classify. */
  ready(): boolean;
  /** @throws Refusal for what the picture is, or when there is no capacity or no time for it. */
  classify(model: ServedModel, picture: RawPicture, options?: ClassifyOptions): Promise<PictureResult>;
  state(): EngineState;
  /** Looks for changes in the repository now, without waiting for the timer. */
  look(): Promise<void>;
  /** Loads and unloads models by request; undefined where they are not those of a folder. */
  readonly control: RepositoryControl | undefined;
  /** Stops the workers, which finish their work first. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Folder of models, `<name>/<version>/model.onnx`, which is watched; or models that were read, and stay as they are. */
  readonly repository: string | readonly ServedModel[];
  /** Serves this model alone. */
  readonly only?: string | undefined;
  /** Serves this version of it alone. */
  readonly version?: number | undefined;
  /** Answers when a request names no model; when it is not served, no other does. */
  readonly pinned?: Only | undefined;
  readonly limits: Limits;
  /** Threads that run models, of all workers together; by default one for each processor. */
  readonly threads?: number | undefined;
  /** Worker threads; by default as `divideThreads` says. */
  readonly workers?: number | undefined;
  /** What runs the models; by default the processor. */
  readonly device?: Device | undefined;
  /** `fast` shrinks large JPEGs while they are decoded; by default `exact`. */
  readonly decode?: 'exact' | 'fast' | undefined;
  /** Milliseconds between two looks for changes in the repository; 0 looks only at the start. */
  readonly watch?: number | undefined;
  readonly observers?: readonly Observer[] | undefined;
  /** Called with what the operator should know. */
  readonly log: Log;
  /** Entry of the worker threads; a test gives its own. */
  readonly entry?: URL | undefined;
  /** The worker threads do not keep the process from ending. */
  readonly background?: boolean | undefined;
}

const ENTRY = moduleBeside('../sessions/worker', import.meta.url);

/** Workers at most by default: each holds all models in memory. Further threads go to the runs of each. */
const MOST_WORKERS = 8;

/** Milliseconds. */
const WATCH_INTERVAL = 500;

/** How many workers, and how many threads each gives to a run; their product is at most `threads`. */
export function divideThreads(
  threads: number,
  workers = Math.min(threads, MOST_WORKERS),
): { workers: number; threadsEach: number } {
  return { workers, threadsEach: Math.max(1, Math.floor(threads / workers)) };
}

/** Starts the first worker at once, without models: it loads its libraries while the main thread loads others. */
export function openEngine(options: EngineOptions): Engine {
  const { limits, pinned, watch = WATCH_INTERVAL, log } = options;
  const { workers, threadsEach } = divideThreads(options.threads ?? processors(), options.workers);
  const observer = observeAll(options.observers ?? []);
  const workersDecodeJpegs = hasTurbojpeg();
  let device = 'cpu';
  let note: string | undefined;

  const dispatcher = createDispatcher({
    entry: options.entry ?? ENTRY,
    background: options.background ?? false,
    workers,
    workerOptions: {
      threads: threadsEach,
      batch: limits.batch,
      device: options.device ?? 'cpu',
      fast: options.decode === 'fast',
    },
    limits,
    observer,
    log,
    onUnopened: (key) => {
      catalog.suspect(key);
      void look();
    },
  });

  const { plain, embedding } = createWorkerModels();
  const { repository } = options;
  const opening: CatalogOpening = {
    open: async (model) => {
      const all = await dispatcher.open(plain(model));
      const doubt = all.find(({ doubt }) => doubt !== undefined)?.doubt;
      if (doubt !== undefined) log(`${versionName(model)}: ${doubt}`, { level: 'warn' });
      return judge(all);
    },
    swap: (current, unloaded) => dispatcher.setModels(current.map(plain), unloaded.map(plain)),
  };
  const only = options.only === undefined ? undefined : { name: options.only, version: options.version };
  const catalog =
    typeof repository === 'string'
      ? createCatalog({ repository, only, pinned, observer, log, ...opening })
      : createModelList(repository, opening);
  const adopted = openAdoptedFiles(adoptedFolder());
  let closed = false;
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** Whether all workers have opened a model. */
  function judge(all: readonly OpenedMessage[]): Trial {
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

  function keepAdopted(): Promise<void> {
    return adopted.keep(catalog.models().map(({ path }) => path));
  }

  /** One look at a time. */
  function look(): Promise<void> {
    looking = looking
      .then(() => catalog.look())
      .then(keepAdopted)
      .catch((error) => {
        if (!closed) log(`the repository could not be read: ${messageOf(error)}`, { level: 'error' });
      });
    return looking;
  }

  /** Between two looks. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = looking.then(work);
    looking = done.then(keepAdopted).catch(() => {}); // whoever asked for it is told
    return done;
  }

  function watchOn(): void {
    if (closed || watch === 0 || typeof repository !== 'string') return;
    timer = setTimeout(() => void look().then(watchOn), watch).unref();
  }

  /** @throws Refusal 404 when the model was found broken after the request chose it. */
  async function classify(
    model: ServedModel,
    picture: RawPicture,
    options: ClassifyOptions = {},
  ): Promise<PictureResult> {
    try {
      return await dispatch(model, picture, options);
    } catch (error) {
      if (!(error instanceof Unopened)) throw error;
      await look(); // it was read and tried again
      const reason = catalog.whyBroken(sessionKey(model));
      if (reason !== undefined) throw cannotBeUsed(versionName(model), inPublic(reason));
      return dispatch(model, picture, options);
    }
  }

  function dispatch(
    model: ServedModel,
    picture: RawPicture,
    options: ClassifyOptions,
  ): Promise<PictureResult> {
    const request = { model: (options.embedding ? embedding : plain)(model), name: model, options };
    const refuse = (refusal: Refusal) => {
      observer.failed(model, 'refused');
      return Promise.reject(refusal);
    };
    const target = model.card.input;
    if (picture.kind === 'input') return dispatcher.classify(request, picture);
    if (picture.kind === 'picture') {
      const tooLarge = checkWork('picture', picture.picture, limits.pixels, target);
      return tooLarge === undefined ? dispatcher.classify(request, picture) : refuse(tooLarge);
    }
    const { bytes } = picture;
    try {
      const header = checkHeader(bytes, { pixels: limits.pixels, target, jpegs: workersDecodeJpegs });
      return isPlain(header, workersDecodeJpegs)
        ? dispatcher.classify(request, { kind: 'encoded', bytes, header })
        : dispatcher.classifyBySharp(request, { bytes, header });
    } catch (error) {
      if (error instanceof Refusal) return refuse(error);
      throw error;
    }
  }

  return {
    async load() {
      const loaded = catalog.load();
      looking = loaded.catch(() => {}); // no look at the same time
      await loaded;
      await keepAdopted();
      dispatcher.startAll();
      watchOn();
    },
    ...{ models: catalog.models, absent: catalog.absent, defaultModel: catalog.defaultModel, pinned },
    ready: dispatcher.ready,
    classify,
    look,
    control: catalog.control && controlInTurn(catalog.control, inTurn),
    state: () => ({ ...dispatcher.state(), threadsEach, device }),
    async close() {
      closed = true;
      clearTimeout(timer);
      await dispatcher.close();
      await adopted.close();
    },
  };
}
