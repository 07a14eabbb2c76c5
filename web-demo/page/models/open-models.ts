// The open models: one is in use, and the one before stays open, so that changing back takes no time.
import { messageOf } from '../../../models/errors.ts';
import { type Backend, loadModel, type Model, ModelError } from '../../component/index.ts';
import type { Trouble } from '../shell/notice.ts';
import { entryKey, type ModelEntry } from './catalog.ts';

/** How to run models; without a number of threads, the backend chooses it. */
export interface BackendChoice {
  readonly backend: Backend['name'];
  readonly threads: number | undefined;
}

/** A model in use. */
export interface Loaded {
  readonly entry: ModelEntry;
  readonly model: Model;
}

export interface OpenModelsEvents {
  loading(entry: ModelEntry): void;
  progress(loaded: number, total: number): void;
  ready(loaded: Loaded): void;
  trouble(trouble: Trouble): void;
}

export interface OpenModels {
  /** Uses a model, which is opened if it is not open; the events report the result. */
  use(entry: ModelEntry, how: BackendChoice): Promise<void>;
  current(): Loaded | undefined;
}

/** Models that stay open: each holds a runtime of its own. */
const most = 2;

export function createOpenModels(events: OpenModelsEvents): OpenModels {
  /** By entry and backend, the one used last at the end. */
  const open = new Map<string, Loaded>();
  let current: Loaded | undefined;
  /** Counts calls of `use`: the result of an earlier one is not shown any more. */
  let last = 0;

  async function use(entry: ModelEntry, how: BackendChoice): Promise<void> {
    const mine = ++last;
    const key = `${entryKey(entry)} ${entry.sha256} ${how.backend} ${how.threads}`;
    current = undefined;
    events.loading(entry);
    try {
      const loaded = open.get(key) ?? { entry, model: await load(entry, how, mine) };
      keep(key, loaded);
      if (mine !== last) return;
      current = loaded;
      events.ready(loaded);
    } catch (error) {
      if (mine === last) events.trouble(troubleOf(error));
    }
  }

  function load({ source, sha256, size }: ModelEntry, how: BackendChoice, mine: number): Promise<Model> {
    const progress = (loaded: number, total: number) => {
      if (mine === last) events.progress(loaded, total);
    };
    return loadModel(source, { ...how, sha256, size, progress });
  }

  function keep(key: string, loaded: Loaded): void {
    open.delete(key);
    open.set(key, loaded);
    for (const [old, { model }] of [...open].slice(0, -most)) {
      model.close();
      open.delete(old);
    }
  }

  return { use, current: () => current };
}

function troubleOf(error: unknown): Trouble {
  const message = messageOf(error);
  if (error instanceof ModelError && error.reason !== 'closed') return { kind: error.reason, message };
  return { kind: 'model', message };
}
