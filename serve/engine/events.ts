// The engine's events, for those who observe it: Prometheus, statistics, logs. An event costs one call.
import type { ModelFile } from '../../models/repository.ts';

/** Milliseconds of each stage of one picture. `run` is the time of its whole batch; `queue` is all waiting. */
export interface Timings {
  readonly decode: number;
  readonly prepare: number;
  readonly queue: number;
  readonly run: number;
}

/** A version of a model. */
export type ModelName = Pick<ModelFile, 'name' | 'version'>;

/** Why a picture has no result; `died`: two workers ended while they had it; `broken`: its model cannot be used. */
export type Failure = 'refused' | 'full' | 'late' | 'gone' | 'died' | 'broken' | 'failed';

/** A version of a model is served now, cannot be used, was removed from the repository, or unloaded by a request. */
export type ModelChange =
  | { readonly kind: 'serving'; readonly milliseconds: number }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'removed' }
  | { readonly kind: 'unloaded' };

/** Called when something happens, on the main thread. Must not throw. */
export interface Observer {
  /** A picture was classified. */
  classified?(model: ModelName, timings: Timings): void;
  /** A picture has no result. */
  failed?(model: ModelName, loss: Failure): void;
  /** A model was run on `size` pictures at once. */
  batched?(model: ModelName, size: number, milliseconds: number): void;
  /** A worker ended unexpectedly; `retried` of its pictures were given to other workers. */
  workerStopped?(cause: string, retried: number): void;
  /** A version came, went, or cannot be used. */
  modelChanged?(model: ModelName, change: ModelChange): void;
}

/** The state of the engine now, for each scrape of /metrics. */
export interface EngineState {
  /** Pictures that wait for a worker. */
  readonly waiting: number;
  /** Estimated milliseconds of work of those, for one worker. */
  readonly waitingCost: number;
  /** The cost at which more is refused. */
  readonly mostCost: number;
  /** Pictures that workers have. */
  readonly working: number;
  /** Workers that are ready, and how many there should be. */
  readonly workers: number;
  readonly mostWorkers: number;
  /** Threads of one run of a model. */
  readonly threadsEach: number;
  /** The device that runs models: `cpu`, or `cuda:0`. */
  readonly device: string;
}

/** Several observers as one. */
export function observeAll(observers: readonly Observer[]): Required<Observer> {
  return {
    classified: (...event) => {
      for (const observer of observers) observer.classified?.(...event);
    },
    failed: (...event) => {
      for (const observer of observers) observer.failed?.(...event);
    },
    batched: (...event) => {
      for (const observer of observers) observer.batched?.(...event);
    },
    workerStopped: (...event) => {
      for (const observer of observers) observer.workerStopped?.(...event);
    },
    modelChanged: (...event) => {
      for (const observer of observers) observer.modelChanged?.(...event);
    },
  };
}
