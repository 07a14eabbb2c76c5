// What is found of a folder's pictures: files and their labels, before any of them is read.
import type { TargetTask } from '../../tasks/task.ts';
import type { FileProblem } from './findings.ts';
import type { Side, TestFolder } from './sides.ts';
import type { PictureSource } from './source.ts';

/** A file that has a label. */
export interface Found {
  /** Relative to the listing's root, with `/`. */
  readonly path: string;
  readonly label: string;
  /** Of several labels their names, or numbers; absent of one class. */
  readonly answers?: readonly string[] | readonly number[];
  /** Pictures of one group are not put on two sides. */
  readonly group?: string;
  /** The side on which the folder puts it, if it says so. */
  readonly split: Side | undefined;
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

/** What is found, and how it is read. */
export interface ListedPictures {
  readonly listing: Listing;
  readonly source: PictureSource;
}

/** The pictures of a listing that say most of a trained network: those of its test, or of validation, or where it has no sides all. */
export function keptApart({ found }: Pick<Listing, 'found'>): readonly Found[] {
  const of = (side: Side) => found.filter(({ split }) => split === side);
  return [of('test'), of('valid'), found].find(({ length }) => length > 0) ?? [];
}
