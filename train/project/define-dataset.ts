// `defineDataset`: pictures of a user's own, from arrays, one after another, by their number, or from a folder.
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { datasets } from '../datasets/index.ts';
import type { Task } from '../tasks/task.ts';
import { isMarked, MARKS } from './exported.ts';
import { checkFree, checkName } from './own-name.ts';

/** A label: the index of a class, from 0, or its name. */
export type OwnLabel = number | string;

/** The labels that a picture has, by their names, or `[K]`: 1 for each of the data's labels that it has and 0 for others. */
export type OwnLabels = readonly string[] | ArrayLike<number>;

/** The numbers of a picture, `[K]`, in the order of the data's labels; of one number alone that. */
export type OwnNumbers = number | ArrayLike<number>;

/** What a picture has where it has not one class: several labels, or numbers. */
export type OwnTarget = OwnLabels | OwnNumbers;

/** One picture with its label; the picture is `[H,W,C]`, whole numbers from 0 to 255. */
export interface Example {
  readonly image: ArrayLike<number>;
  readonly label: OwnLabel;
}

/** One picture with its labels or numbers. */
export interface TargetExample<Target extends OwnTarget = OwnTarget> {
  readonly image: ArrayLike<number>;
  readonly targets: Target;
}

/** Pictures as arrays: `images` is `[N,H,W,C]`, whole numbers from 0 to 255, `labels` is `[N]`. */
export interface Examples {
  readonly images: ArrayLike<number>;
  readonly labels: ArrayLike<OwnLabel>;
}

/** Pictures as arrays, with the targets of each, or with all of them one after another, `[N,K]`. */
export interface TargetExamples<Target extends OwnTarget = OwnTarget> {
  readonly images: ArrayLike<number>;
  readonly targets: ArrayLike<number> | readonly Target[];
}

/** The pictures of one split: as arrays, or one after another, for data that memory is too small for. */
export type OwnSplit<One = AnyExample, Arrays = AnyExamples> = Arrays | Iterable<One> | AsyncIterable<One>;

export type AnyExample = Example | TargetExample;
export type AnyExamples = Examples | TargetExamples;

/** What every data set says: its classes, and `[H,W,C]` of a picture, C being 1 (gray) or 3 (RGB). */
interface About {
  /** What each class is called; of `multi` each label, of `regression` each number. */
  readonly labels: readonly string[];
  readonly shape: Shape;
}

/** Data with a split to train on and one to validate with. */
interface OwnSplits<One, Arrays> {
  readonly train: OwnSplit<One, Arrays>;
  /** Pictures that training never sees, by which the best epoch is chosen. */
  readonly valid: OwnSplit<One, Arrays>;
  /** Pictures by which nothing is chosen, for the end of a training. */
  readonly test?: OwnSplit<One, Arrays>;
}

/** Data whose pictures are made or read by their number. */
interface OwnPictures<One> {
  /** How many there are to train on, to validate with, and to test with when a training has ended. */
  readonly train: number;
  readonly valid: number;
  readonly test?: number;
  /** The picture `index` of a split, from 0; the same each time. */
  picture(split: 'train' | 'valid' | 'test', index: number): One | Promise<One>;
}

type Parts<One, Arrays> = OwnSplits<One, Arrays> | OwnPictures<One>;

/** Pictures of one class each. */
type OwnClasses = About & { readonly task?: undefined } & Parts<Example, Examples>;

/** Pictures with several labels, or none. */
type OwnSeveral = About & { readonly task: 'multi' } & Parts<
    TargetExample<OwnLabels>,
    TargetExamples<OwnLabels>
  >;

/** Pictures with one number or several. */
type OwnMeasured = About & { readonly task: 'regression' } & Parts<
    TargetExample<OwnNumbers>,
    TargetExamples<OwnNumbers>
  >;

/** What `load` of a data set gives, by its task: one class for each picture if left out. */
export type OwnData = OwnClasses | OwnSeveral | OwnMeasured;

/** A folder with a folder of pictures for each class, a table (CSV) of paths and labels, or a Parquet file or WebDataset tar. */
export interface OwnFolder {
  /** An address, `new URL('./photos', import.meta.url)`, or a path: a relative one starts at the recipe's file. */
  readonly folder: string | URL;
  /** Side of the network's input, pixels: 64 if left out. */
  readonly size?: number;
  /** Share of each class that validates where the folder does not say: 0.2 if left out. */
  readonly valid?: number;
  /** 1 for gray pictures, 3 for RGB, which is usual. */
  readonly channels?: 1 | 3;
  /** What the labels of a table are taken for, its columns that hold them, and what is between several in a cell. */
  readonly as?: Task;
  readonly label?: readonly string[];
  readonly delimiter?: string;
}

/** A data set of one's own. */
export type OwnDataset = {
  /** Lower-case letters, digits and dashes: what runs and cards call it. */
  readonly name: string;
} & ({ load(): OwnData | Promise<OwnData> } | OwnFolder);

/** What `defineDataset` gives, for a recipe's `dataset`. */
export type DefinedDataset = OwnDataset & { readonly [MARKS.dataset]: true };

/**
 * Defines a data set, which recipes then have as their `dataset`. It is loaded when a command needs it; a digest of all
 * pictures and labels tells a run whether they are those of before.
 * @throws UserError for a name that cannot be, or where neither `load` nor `folder` is there
 * @example
 * const bars = defineDataset({
 *   name: 'bars',
 *   load: async () => ({
 *     labels: ['lying', 'standing'],
 *     shape: [28, 28, 1],
 *     train: { images, labels },
 *     valid: { images: v, labels: vl },
 *   }),
 * });
 * @example
 * const places = defineDataset({
 *   name: 'places',
 *   load: async () => ({
 *     task: 'regression',
 *     labels: ['x', 'y'],
 *     shape: [28, 28, 1],
 *     train: { images, targets },
 *     valid: { images: v, targets: vt },
 *   }),
 * });
 */
export function defineDataset(own: OwnDataset): DefinedDataset {
  checkName('a data set', own.name);
  checkFree('a data set', own.name, datasets);
  if (!('load' in own && typeof own.load === 'function') && !('folder' in own))
    throw new UserError(
      `The data set ${own.name} has neither a function load nor a folder: expected load: async () => ({ labels, shape, train, valid }), or folder: './photos'.`,
    );
  if ('folder' in own && !isPlace(own.folder))
    throw new UserError(
      `The data set ${own.name} has ${String(own.folder)} for its folder: expected a path, or an address of a file, new URL('./photos', import.meta.url).`,
    );
  return { ...own, [MARKS.dataset]: true };
}

/** Whether `defineDataset` made it. */
export function isDefinedDataset(value: unknown): value is DefinedDataset {
  return isMarked('dataset', value);
}

function isPlace(folder: unknown): boolean {
  if (folder instanceof URL) return folder.protocol === 'file:';
  return typeof folder === 'string' && folder !== '';
}
