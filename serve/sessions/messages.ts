// What the main thread and a worker say to each other.
import type { Card } from '../../models/card.ts';
import type { Picture } from '../../models/image/picture.ts';
import type { PlainHeader } from '../decode/header.ts';
import type { Timings } from '../engine/events.ts';
import type { Device } from './device.ts';
import type { Parcel } from './transfer.ts';

/** A model as a worker gets it. */
export interface WorkerModel {
  /** Names one content of one version; see `sessionKey`. */
  readonly key: string;
  readonly path: string;
  readonly card: Card;
}

/** `workerData`: all that a worker needs to begin. */
export interface WorkerOptions {
  /** Threads of one run of a model. */
  readonly threads: number;
  /** Pictures in one run at most. */
  readonly batch: number;
  readonly device: Device;
  /** Whether large JPEGs are shrunk while they are decoded. */
  readonly fast: boolean;
}

/** What a worker makes a model's input from. */
export type Material =
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array; readonly header: PlainHeader }
  | { readonly kind: 'picture'; readonly picture: Picture }
  | { readonly kind: 'input'; readonly data: Uint8Array };

/** To the worker: open this model. Heard in turn: pictures for it may follow at once. */
export interface Open {
  readonly kind: 'open';
  readonly model: WorkerModel;
}

/** To the worker: let go of a model. */
export interface Close {
  readonly kind: 'close';
  readonly key: string;
}

export interface Job {
  readonly id: number;
  readonly key: string;
  readonly material: Material;
  /** Takes long, or has ended a worker before: it is worked on alone, and after the others. */
  readonly alone: boolean;
}

/** To the worker: classify these. Each of these messages is a lot. */
export interface Lot {
  readonly kind: 'lot';
  readonly parcel: Parcel;
}

/** To the worker: finish what you are at and end. */
export interface End {
  readonly kind: 'end';
}

export type ToWorker = Open | Close | Lot | End;

/** From the worker: a model was opened, or cannot be, for the reason given. */
export interface Opened {
  readonly kind: 'opened';
  readonly key: string;
  readonly reason?: string;
  /** The worker ended meanwhile. */
  readonly ended?: boolean;
  readonly milliseconds: number;
  /** What runs it, and why not what was asked for. */
  readonly device?: { readonly name: string; readonly note?: string };
}

/** Milliseconds of one picture in the worker. */
export type Spent = Pick<Timings, 'decode' | 'prepare'>;

/** One run of a model. */
export interface Answered {
  readonly key: string;
  readonly ids: readonly number[];
  /** float32 `[ids, labels]`. */
  readonly probabilities: Float32Array;
  /** Milliseconds of decoding and of preparing, two numbers for each id. */
  readonly spent: readonly number[];
  /** Milliseconds of the run. */
  readonly run: number;
}

/** A picture without an answer. `refused` is about the picture, `broken` about the model. */
export interface Unanswered {
  readonly id: number;
  readonly loss: 'refused' | 'broken' | 'failed';
  readonly reason: string;
}

/** From the worker: what came of jobs. */
export interface Worked {
  readonly kind: 'worked';
  readonly answered: readonly Answered[];
  readonly unanswered: readonly Unanswered[];
  /** Lots of which this is the last that is heard. */
  readonly lots: number;
}

export type FromWorker = Opened | Worked;
