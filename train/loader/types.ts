// What the loader takes and gives.
import type { Shape } from '../../models/image/shape.ts';
import type { AugmentOptions } from '../augment/schema.ts';
import type { TransformDefinition } from '../augment/transform.ts';
import type { Split } from '../datasets/index.ts';

/**
 * The examples of one step, in shared memory that later batches are written to: valid until the next call of `next()`.
 * A TensorFlow tensor made over an array may share its memory, so it must have been used by then, too.
 */
export interface Batch {
  /** `[B,H,W,C]` uint8, B the batch size or that of a part. */
  readonly images: Uint8Array;
  /** `[B]` int32. */
  readonly labels: Int32Array;
  /** `[B]` int32: what a mixed picture shows as well; where nothing is mixed, the label itself. */
  readonly others: Int32Array;
  /** `[B]` float32 from 0.5 to 1: how much of a picture is of its label; the rest is of `others`. */
  readonly shares: Float32Array;
  /** `[B,K]` float32, mixed as the pictures are; empty where the split has no targets. */
  readonly targets: Float32Array;
  /** From 0. */
  readonly epoch: number;
  /** Counted over the whole run, from 0. */
  readonly step: number;
}

/** Whose examples a batch holds. A batch is a function of these and its step's number, and of nothing else. */
export interface BatchOptions {
  readonly split: Split;
  readonly shape: Shape;
  readonly batchSize: number;
  readonly seed: number;
  readonly augment: AugmentOptions;
  /** `balanced` shows every class as often; each picture once an epoch if left out. */
  readonly sampling?: 'balanced' | undefined;
  /** The part of each batch that is made, one of several equal ones; all of it if left out. */
  readonly part?: { readonly index: number; readonly of: number };
  /** What `augment` can ask for, in the order in which it is applied: the built-in transforms if left out. */
  readonly transforms?: readonly TransformDefinition[];
}

export interface LoaderOptions extends BatchOptions {
  /** The step of the first `next()`, counted over the whole run: 0 unless a run is resumed. */
  readonly startStep?: number;
  /** How many batches are held at most, the one in use included: 2 or more. */
  readonly ahead?: number;
}

/** An endless row of batches, made ahead of time by a worker thread. */
export interface Loader {
  /** Steps in an epoch: whole batches alone, `floor(n / batchSize)`. */
  readonly stepsPerEpoch: number;
  /**
   * The batch of the next step. Blocks the thread until it is there.
   *
   * @throws Error with the worker's message if the worker failed
   */
  next(): Batch;
  /** Milliseconds that `next()` has blocked, in all. */
  waitedMs(): number;
  /** Ends the worker. */
  close(): Promise<void>;
}
