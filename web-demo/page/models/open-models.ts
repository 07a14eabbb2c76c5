// The open models: one is in use, and the one before stays open, so that changing back takes no time.
import { messageOf } from '../../../models/errors.ts';
import { type Backend, loadModel, ModelError } from '../../component/index.ts';
import type { AnyModel } from '../said.ts';
import type { Trouble } from '../shell/notice.ts';
import type { ModelEntry } from './catalog.ts';

/** How to run models; without a number of threads, the backend chooses it. */
export interface BackendChoice {
  readonly backend: Backend['name'];
  readonly threads: number | undefined;
}

/** A model in use. */
export interface Loaded {
  readonly entry: ModelEntry;
  readonly model: AnyModel;
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

/** Models that stay open, or are being opened: each holds a runtime of its own. */
const most = 2;

interface Wanted {
  readonly entry: ModelEntry;
  readonly how: BackendChoice;
}

/** A model that is open, or is being opened. */
interface Held extends Wanted {
  readonly model: Promise<AnyModel>;
  close(): void;
}

export function createOpenModels(events: OpenModelsEvents): OpenModels {
  /** The one used last at the end. */
  let held: readonly Held[] = [];
  let current: Loaded | undefined;
  /** What was asked for last: what becomes of anything else is not shown any more. */
  let wanted: Wanted | undefined;

  async function use(entry: ModelEntry, how: BackendChoice): Promise<void> {
    const mine = { entry, how };
    wanted = mine;
    current = undefined;
    events.loading(entry);
    const one = hold(entry, how);
    try {
      const model = await one.model;
      if (mine !== wanted) return;
      current = { entry, model };
      events.ready(current);
    } catch (error) {
      held = held.filter((each) => each !== one);
      if (mine === wanted) events.trouble(troubleOf(error));
    }
  }

  /** Finds the model among those that are held, or opens it and lets go the one that was not used for longest. */
  function hold(entry: ModelEntry, how: BackendChoice): Held {
    const one = held.find((each) => isSame(each, entry, how)) ?? open(entry, how);
    const all = [...held.filter((each) => each !== one), one];
    held = all.slice(-most);
    for (const old of all.slice(0, -most)) old.close();
    return one;
  }

  function open(entry: ModelEntry, how: BackendChoice): Held {
    const { source, sha256, size } = entry;
    const closing = new AbortController();
    const progress = (loaded: number, total: number) => {
      if (wanted && isSame(wanted, entry, how)) events.progress(loaded, total);
    };
    const model = loadModel(source, { task: 'any', ...how, sha256, size, progress, signal: closing.signal });
    const close = () => {
      closing.abort();
      model.then(
        (open) => open.close(),
        () => {}, // it was not open yet, and its download has ended
      );
    };
    return { entry, how, model, close };
  }

  return { use, current: () => current };
}

/** Files may have the same name: each of them is an entry of its own. */
function isSame(one: Wanted, entry: ModelEntry, { backend, threads }: BackendChoice): boolean {
  const { how } = one;
  return one.entry === entry && how.backend === backend && how.threads === threads;
}

function troubleOf(error: unknown): Trouble {
  const message = messageOf(error);
  if (error instanceof ModelError && error.reason !== 'closed') return { kind: error.reason, message };
  return { kind: 'model', message };
}
