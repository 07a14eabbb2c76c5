// What the main thread and a worker say to each other.
import type { Card } from '../../models/card.ts';
import type { Picture } from '../../models/image/picture.ts';

/** A model as a worker gets it. */
export interface WorkerModel {
  /** `name/version`. */
  readonly key: string;
  readonly name: string;
  readonly path: string;
  readonly card: Card;
}

/** `workerData`: all that a worker needs to begin. */
export interface WorkerOptions {
  /** Threads of one run of a model. */
  readonly threads: number;
  /** Pictures in one run at most. */
  readonly batch: number;
}

/** To the worker, first of all: these are the models. */
export interface Load {
  readonly kind: 'load';
  /** Sorted by name, then version. */
  readonly models: readonly WorkerModel[];
}

/** What a model is to be run on: a decoded picture, or its own input, `[H,W,C]` uint8. */
export type Pixels = { readonly picture: Picture } | { readonly input: Uint8Array };

/** To the worker: classify this. Its buffer is moved, not copied. */
export interface Job {
  readonly kind: 'classify';
  readonly id: number;
  readonly key: string;
  readonly pixels: Pixels;
}

/** To the worker: finish what you are at and end. */
export interface End {
  readonly kind: 'end';
}

export type ToWorker = Load | Job | End;

/** From the worker: it has loaded the newest version of each model; those of `broken` failed, for the reason given. */
export interface Ready {
  readonly kind: 'ready';
  readonly broken: ReadonlyMap<string, string>;
}

/** From the worker: `probabilities` are float32 in the order of the card's labels. */
export interface Answered {
  readonly kind: 'answered';
  readonly id: number;
  readonly probabilities: Float32Array;
  /** Milliseconds that it took to make the model's input. */
  readonly prepare: number;
  /** Milliseconds of the run of the batch that the picture was in. */
  readonly run: number;
}

/** From the worker: the model cannot be opened. */
export interface Broken {
  readonly kind: 'broken';
  readonly id: number;
  readonly reason: string;
}

/** From the worker: a bug. */
export interface Failed {
  readonly kind: 'failed';
  readonly id: number;
  readonly stack: string;
}

export type FromWorker = Ready | Answered | Broken | Failed;
