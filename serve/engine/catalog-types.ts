// What a catalog is to those who use it: which models are served, and which are not.
import type { Log } from '../log.ts';
import type { AbsentModel } from './absent.ts';
import type { Observer } from './events.ts';
import type { Only, ServedModel } from './models.ts';
import type { Trial } from './open-newest.ts';
import type { RepositoryControl } from './repository-control.ts';

/** What a catalog does with models. */
export interface CatalogOpening {
  /** Opens a model, warms it up and checks it against its golden vectors. */
  readonly open: (model: ServedModel) => Promise<Trial>;
  /** Called with the models that stay open, one of each name and the pinned one, and with those that are unloaded. */
  readonly swap: (current: readonly ServedModel[], unloaded: readonly ServedModel[]) => void;
}

export interface CatalogOptions extends CatalogOpening {
  readonly repository: string;
  /** Serves this model alone. */
  readonly only?: Only | undefined;
  /** Answers when none is named; no other does in its place. */
  readonly pinned?: Only | undefined;
  readonly observer: Observer;
  readonly log: Log;
}

export interface Catalog {
  /** Sorted by name, then version. */
  models(): readonly ServedModel[];
  /** Versions that are there and not served: they are being loaded, or cannot be used. */
  absent(): readonly AbsentModel[];
  /** The model that answers when none is named; undefined while there is none at all. */
  defaultModel(): ServedModel | undefined;
  /** What the operator has said that answers when none is named. */
  readonly pinned?: Only | undefined;
  /** @throws UserError when there is no model that works. */
  load(): Promise<void>;
  /** Looks for versions that came, changed or went, and serves accordingly. */
  look(): Promise<void>;
  /** Loads and unloads models by request; undefined where they are not those of a folder. */
  readonly control: RepositoryControl | undefined;
  /** A version that is served could not be opened: it is read and tried again by the next look. */
  suspect(key: string): void;
  /** Why the model with this key cannot be used, when it was found broken after it had been served. */
  whyBroken(key: string): string | undefined;
}
