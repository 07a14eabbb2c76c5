// What the loader takes and gives.
import type { AugmentOptions } from '../augment/schema.ts';
import type { Shape, Split } from '../datasets/index.ts';

/** The examples of one step. Both arrays are reused: they are valid until the next call of `next()`. */
export interface Batch {
  /** `[B,H,W,C]` uint8. */
  readonly images: Uint8Array;
  /** `[B]` int32. */
  readonly labels: Int32Array;
  /** From 0. */
  readonly epoch: number;
  /** Counted over the whole run, from 0. */
  readonly step: number;
}

/** What to load. The batch of a step is a function of these and the step's number, and of nothing else. */
export interface LoaderOptions {
  readonly split: Split;
  readonly shape: Shape;
  readonly batchSize: number;
  readonly seed: number;
  readonly augment: AugmentOptions;
  /** The step that the first `next()` gives, counted over the whole run; 0 unless a run is resumed. */
  readonly startStep?: number;
  /** How many batches to hold, the one in use included: at least 2. */
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
