// The messages between the main thread and a worker.
import type { Card } from '../../models/card.ts';
import type { CancelFlags } from './cancellation.ts';
import type { Device } from './device.ts';
import type { ExitGate } from './exit-gate.ts';
import type { Transfer } from './transfer.ts';

/** A model as a worker gets it. */
export interface WorkerModel {
  /** Names one content of one version; see `sessionKey`. */
  readonly key: string;
  readonly path: string;
  /** The file's bytes, where it is not read from `path`. */
  readonly contents?: Uint8Array | undefined;
  readonly card: Card;
  /** It is opened for embeddings, too. */
  readonly embedding?: boolean | undefined;
}

/** `workerData`: everything that a worker needs to start. */
export interface WorkerOptions {
  /** Threads of one run of a model. */
  readonly threads: number;
  /** Pictures in one run at most. */
  readonly batch: number;
  readonly device: Device;
  /** Whether large JPEGs are shrunk while they are decoded. */
  readonly fast: boolean;
  /** Where the main thread cancels jobs. */
  readonly cancelled?: CancelFlags | undefined;
  /** Where the main thread waits for what must not be terminated. */
  readonly gate?: ExitGate | undefined;
}

/** To the worker: open this model. Messages are handled in order: pictures for the model may follow at once. */
export interface OpenMessage {
  readonly kind: 'open';
  readonly model: WorkerModel;
}

/** To the worker: close a model. */
export interface CloseMessage {
  readonly kind: 'close';
  readonly key: string;
}

/** To the worker: classify this batch of pictures. */
export interface BatchMessage {
  readonly kind: 'batch';
  readonly transfer: Transfer;
}

/** To the worker: finish the current work, then end. */
export interface EndMessage {
  readonly kind: 'end';
}

export type ToWorker = OpenMessage | CloseMessage | BatchMessage | EndMessage;

/** From the worker: a model is open, or cannot be opened, for the reason given. */
export interface OpenedMessage {
  readonly kind: 'opened';
  readonly key: string;
  readonly reason?: string;
  /** The worker ended before it could answer. */
  readonly ended?: boolean;
  readonly milliseconds: number;
  /** The device that runs it, and a note when it is not the one that was asked for. */
  readonly device?: { readonly name: string; readonly note?: string };
  /** What may be wrong with its card. */
  readonly doubt?: string | undefined;
}

/** Milliseconds that the worker spent on one picture before the run. */
export interface Spent {
  readonly decode: number;
  readonly prepare: number;
}

/** The results of one run of a model. */
export interface ModelRun {
  readonly key: string;
  readonly ids: readonly number[];
  /** float32 `[ids, labels]`. */
  readonly output: Float32Array;
  /** float32 `[ids]`, where the model gives it. */
  readonly novelty?: Float32Array;
  /** float32 `[ids, features]`, where it was asked for. */
  readonly embedding?: Float32Array;
  /** Milliseconds of decoding and of preparing, two numbers for each id. */
  readonly spent: readonly number[];
  /** Milliseconds of the run. */
  readonly run: number;
}

/**
 * A picture without a result. `refused` is about the picture, `broken` about the model, `no-embedding` about what was asked of
 * it; `gone` was cancelled.
 */
export interface FailedJob {
  readonly id: number;
  readonly failure: 'refused' | 'broken' | 'no-embedding' | 'gone' | 'failed';
  readonly reason: string;
}

/** From the worker: results of jobs. */
export interface ResultsMessage {
  readonly kind: 'results';
  readonly runs: readonly ModelRun[];
  readonly failed: readonly FailedJob[];
  /** How many batches are finished with this message. */
  readonly batches: number;
}

export type FromWorker = OpenedMessage | ResultsMessage;
