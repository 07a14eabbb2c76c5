// What is found of a folder's pictures: files and their labels, before any of them is read.
import type { TargetTask } from '../../tasks/task.ts';
import type { FileProblem } from './findings.ts';
import type { TestFolder } from './sides.ts';

/** A file that has a label. */
export interface Found {
  /** Relative to the listing's root, with `/`. */
  readonly path: string;
  readonly label: string;
  /** Of several labels their names, or numbers; absent of one class. */
  readonly answers?: readonly string[] | readonly number[];
  /** The side on which the folder puts it, if it says so. */
  readonly split: 'train' | 'test' | undefined;
}

export interface Listing {
  /** What is learned, where that is not one class of each picture. */
  readonly task?: TargetTask | undefined;
  /** What the paths are relative to, absolute. */
  readonly root: string;
  readonly layout: 'classes' | 'train-and-valid' | 'table' | 'shards';
  readonly found: readonly Found[];
  /** The classes (labels, numbers) in their order, where what is found says one; else they are in the order of their names. */
  readonly classes?: readonly string[] | undefined;
  /** What became of a test folder that could validate; undefined where there is none. */
  readonly test?: TestFolder | undefined;
  /** What decides the labels, and what that leaves out: a sentence or two. */
  readonly decides: string;
  readonly problems: readonly FileProblem[];
  readonly notes: readonly string[];
}
