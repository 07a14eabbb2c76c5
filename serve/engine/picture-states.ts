// A picture on its way through the server. In each of its five states it has one name:
//
// 1. `RawPicture`: as it came, a file's bytes, pixels or a tensor (forms/, openinference/picture-tensor.ts).
// 2. `PictureInput`: its size is known and within the limits, so that its cost can be estimated (sessions/job.ts).
// 3. `PictureJob`: it waits in the queue or a worker has it (picture-job.ts); a `WorkerJob` is what is sent to the worker.
// 4. `PreparedInput`: decoded and resized in the worker, as the model wants it (sessions/prepare-input.ts).
// 5. `PictureResult`: what the model gives, from which the response is made.
import type { Picture } from '../../models/image/picture.ts';
import type { Timings } from './events.ts';

/** A picture that is to be classified, as it came. */
export type RawPicture =
  /** A file's bytes, of any format that is decoded (models/image/file/format.ts). */
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array }
  /** Pixels, which are prepared by the model's rule as those of a decoded file are. */
  | { readonly kind: 'picture'; readonly picture: Picture }
  /** The model's own input, `[H,W,C]` uint8, which is used as it is. */
  | { readonly kind: 'input'; readonly data: Uint8Array };

export interface ClassifyOptions {
  /** Whether the client has gone, so that nobody waits for the result. */
  readonly gone?: (() => boolean) | undefined;
  /** Milliseconds after which a result is of no value. */
  readonly deadline?: number | undefined;
  /** Whether its embedding is wanted, too. */
  readonly embedding?: boolean | undefined;
}

export interface PictureResult {
  /** float32, in the order of the card's labels: probabilities, or numbers. */
  readonly output: Float32Array;
  /** From 0 to 1, where the model gives it: see models/novelty.ts. */
  readonly novelty?: number;
  /** float32: what the model's last dense layer takes, where it was asked for. */
  readonly embedding?: Float32Array;
  readonly timings: Timings;
  /** Pictures in the run of the model. */
  readonly batch: number;
}
