// What a dataset is: images and labels as bytes, in shared memory or in a file, named, shaped and digested.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { TargetTask } from '../tasks/task.ts';
import type { DataDigests } from './digests.ts';
import type { FolderFindings } from './folder/findings.ts';
import type { Hashed } from './folder/near-duplicates.ts';

/** `[N]`, indices into the dataset's `labels`; 16 bits where there are more than 256 classes. */
export type Labels = Uint8Array | Uint16Array;

/** Images in a file, one after another, for data that memory is too small for. Worker threads can be given it. */
export interface ImageFile {
  readonly path: string;
  /** Bytes before the first image. */
  readonly start: number;
  /** Bytes of one image. */
  readonly size: number;
}

/** A part of a data set. Arrays are in shared memory, so that worker threads read them without a copy. */
export interface Split {
  /** `[N,H,W,C]` uint8 on a SharedArrayBuffer, or the file that they are in. Read them by `imagesOf`. */
  readonly images: Uint8Array | ImageFile;
  /** On a SharedArrayBuffer; all zeros where the task has targets. */
  readonly labels: Labels;
  /**
   * `[N,K]`, K the dataset's `labels`, on a SharedArrayBuffer: of several labels 1 for each that a picture has and 0 for the
   * others, of numbers these. Absent where each picture has one class.
   */
  readonly targets?: Float32Array;
  /** `[N,K]` on a SharedArrayBuffer: what a teacher answers, softened; see train/distill. */
  readonly teacher?: Float32Array;
  readonly n: number;
  /** The file of each image, relative to the dataset's folder, where it has one. */
  readonly files?: readonly string[];
}

/** A split in memory. */
export type MemorySplit = Split & { readonly images: Uint8Array };

/** A dataset: some are in memory, some too large for that. */
export interface Dataset {
  readonly name: string;
  /** What is learned, where that is not one class for each picture. */
  readonly task?: TargetTask;
  /** What each class or number is called; a label is an index into it. */
  readonly labels: readonly string[];
  readonly shape: Shape;
  readonly train: Split;
  /** Images that are not trained on, by which everything is chosen: the best epoch, a temperature, a threshold. */
  readonly validation: Split;
  /** Images by which nothing is chosen: they are looked at when a training has ended. Many folders have none. */
  readonly test?: Split;
  /** `digest` of each split: tells whether two runs saw the same data. */
  readonly digests: DataDigests;
  /** For data that are drawn: what a picture shows, as an index into `labels`; -1 for none of them. */
  readonly labelOf?: (image: Uint8Array) => number;
  /** What there is to say of a folder's files. */
  readonly findings?: FolderFindings;
  /** Of a folder what is known of each file, by its path. */
  readonly hashed?: ReadonlyMap<string, Hashed>;
  /** Where the images are features, as bytes: the pictures that they were made of, in the same order. */
  readonly pictures?: Pictures;
}

/** The images that a finished model is judged by: the test's, or where there is no test those that validated. */
export function judgedBy({ validation, test }: Pick<Dataset, 'validation' | 'test'>): Split {
  return test ?? validation;
}

/** What of a dataset can be looked at. */
export type Pictures = Pick<Dataset, 'shape' | 'train' | 'validation' | 'test'>;

/** A dataset with pictures for images, also where what is trained on are features of them. */
export function withPictures(dataset: Dataset): Dataset {
  return { ...dataset, ...dataset.pictures };
}

/** A dataset in memory. */
export type MemoryDataset = Dataset & {
  readonly train: MemorySplit;
  readonly validation: MemorySplit;
  readonly test?: MemorySplit;
};

/**
 * Images `from` to `to`, the latter left out: `[to-from,H,W,C]` uint8. In memory it is a view, else a copy.
 * @throws UserError if the file is gone or too short: another training has prepared the folder anew.
 */
export function imagesOf({ images, n }: Split, from: number, to: number): Uint8Array {
  if (images instanceof Uint8Array) {
    const size = images.length / n;
    return images.subarray(from * size, to * size);
  }
  const { path, start, size } = images;
  const bytes = new Uint8Array((to - from) * size);
  readBytes(path, bytes, start + from * size);
  return bytes;
}

/** Bytes of one image. */
export function imageSize({ images, n }: Split): number {
  return images instanceof Uint8Array ? images.length / n : images.size;
}

/** Fills `target` from a file. @throws UserError if there are not as many bytes. */
export function readBytes(path: string, target: Uint8Array, position: number): void {
  const gone = 'Train again, which prepares the pictures anew.';
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new UserError(`The prepared pictures ${path} cannot be read: ${error}. ${gone}`);
  }
  try {
    for (let done = 0; done < target.length; ) {
      const count = readSync(file, target, done, target.length - done, position + done);
      if (count === 0) throw new UserError(`The prepared pictures ${path} have been cut off. ${gone}`);
      done += count;
    }
  } finally {
    closeSync(file);
  }
}

/** `[H,W,C]` of so many float32 as bytes. */
export const featureShape = (features: number): Shape => [1, 1, features * Float32Array.BYTES_PER_ELEMENT];

/** SHA-256 of a split's images followed by its labels, and targets where it has any, in hexadecimal. */
export function digest({ images, labels, targets }: MemorySplit): string {
  const hash = createHash('sha256').update(images).update(labels);
  if (targets !== undefined) hash.update(targets);
  return hash.digest('hex');
}

/** Numbers of targets for each picture: 0 where its task has none. */
export function targetCount({ targets, n }: Pick<Split, 'targets' | 'n'>): number {
  return (targets?.length ?? 0) / n;
}

/** Targets in memory that threads share. */
export function sharedTargets(values: ArrayLike<number>): Float32Array {
  const array = new Float32Array(new SharedArrayBuffer(values.length * Float32Array.BYTES_PER_ELEMENT));
  array.set(values);
  return array;
}

/** Labels in memory that threads share: bytes, or 16 bits where there are more than 256 classes. */
export function sharedLabels(labels: readonly number[], classes: number): Labels {
  const array =
    classes <= 256
      ? new Uint8Array(new SharedArrayBuffer(labels.length))
      : new Uint16Array(new SharedArrayBuffer(2 * labels.length));
  array.set(labels);
  return array;
}
