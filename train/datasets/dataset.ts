// What a dataset is: images and labels as bytes in shared memory, named, shaped and digested.
import { createHash } from 'node:crypto';

/** Height, width and channels of one image. */
export type Shape = readonly [height: number, width: number, channels: number];

/** One half of a dataset. Both arrays lie in shared memory, so that worker threads read them without a copy. */
export interface Split {
  /** `[N,H,W,C]` uint8, on a SharedArrayBuffer. */
  readonly images: Uint8Array;
  /** `[N]` uint8, indices into the dataset's `labels`, on a SharedArrayBuffer. */
  readonly labels: Uint8Array;
  readonly n: number;
}

/** A dataset in memory. */
export interface Dataset {
  readonly name: string;
  /** What each class is called; a label is an index into it. */
  readonly labels: readonly string[];
  readonly shape: Shape;
  readonly train: Split;
  readonly test: Split;
  /** `digest` of either split: tells whether two runs saw the same data. */
  readonly digests: { readonly train: string; readonly test: string };
}

/** SHA-256 of a split's images followed by its labels, in hexadecimal. */
export function digest(split: Split): string {
  return createHash('sha256').update(split.images).update(split.labels).digest('hex');
}
