// What the engine tells those who watch it: Prometheus, Server-Timing, logs. Watching costs a call an event, no more.
import type { ModelFile } from '../../models/repository.ts';

/** Milliseconds of each stage of one picture. `run` is that of its whole batch; `queue` is all in which nobody worked. */
export interface Timings {
  readonly decode: number;
  readonly prepare: number;
  readonly queue: number;
  readonly run: number;
}

/** Which version of which model. */
export type ModelName = Pick<ModelFile, 'name' | 'version'>;

/** Why a picture got no answer; `died`: two workers ended over it; `broken`: its model cannot be used. */
export type Failure = 'refused' | 'full' | 'late' | 'gone' | 'died' | 'broken' | 'failed';

/** What became of a version of a model that was found in the repository, or that is no longer there. */
export type ModelChange =
  | { readonly kind: 'serving'; readonly milliseconds: number }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'removed' };

/** Called as things happen, on the main thread. Must not throw. */
export interface Observer {
  /** A picture was answered. */
  classified?(model: ModelName, timings: Timings): void;
  /** A picture was accepted, or refused at the door (`full`), and got no answer. */
  failed?(model: ModelName, loss: Failure): void;
  /** A model was run on `size` pictures at once. */
  batched?(model: ModelName, size: number, milliseconds: number): void;
  /** A worker ended before its time; `retried` pictures of its were given to others. */
  workerStopped?(cause: string, retried: number): void;
  /** A version came, went, or turned out to be broken. */
  modelChanged?(model: ModelName, change: ModelChange): void;
}

/** How it stands now: to be read when somebody asks, such as at each scrape of /metrics. */
export interface EngineState {
  /** Pictures that wait for a worker. */
  readonly waiting: number;
  /** Estimated milliseconds of one worker's work that these come to. */
  readonly waitingCost: number;
  /** The cost at which more is refused. */
  readonly mostCost: number;
  /** Pictures that workers have. */
  readonly working: number;
  /** Workers that are there, of those that should be. */
  readonly workers: number;
  readonly mostWorkers: number;
  /** Threads of one run of a model. */
  readonly threadsEach: number;
  /** What runs models: `cpu`, or `cuda:0`. */
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
