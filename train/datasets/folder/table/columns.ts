// Which columns of a table hold paths, labels and sides; and which say that a program guessed the labels.
import { UserError } from '../../../../models/errors.ts';
import { areSideNumbers, sideOfWord } from '../sides.ts';
import { areCoordinates, doubtOf } from './doubts.ts';
import { checkFlags, flagsOf } from './flags.ts';
import { plain } from './plain.ts';

/** What the columns may be called, as `plain` writes names; of those for paths and sides the first that is there. */
const PATH = words(
  'path paths file files filename filenames file_name filepath file_path image images image_path image_name',
  'image_file image_file_name image_filename img img_path img_name img_file img_filename picture photo name fname image_id id',
);
/** What a column or a field of labels may be called, as `plain` writes names. */
export const LABEL = words('label labels class category target y tag choice');
/** Taken where none of those is there. */
const LABEL_NAME = words('label_name class_name classname category_name');
const SPLIT = words('split set subset partition');
/** Columns that tell the sides where all of their words are sides: FER2013's is called Usage. */
const SPLIT_IF_SIDES = words(
  'usage fold phase mode purpose dataset dataset_type data_type set_type split_type valid',
);
/** Columns of true and false. */
const IS_VALID = words('is_valid is_validation is_val for_validation');

/** How sure a program is: what `predict` writes, and others. */
const PROBABILITY = /^(probability|probabilities)(_\d+)?$/;

function words(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}

/** A column that tells the sides: by words, as true or false for validation, or as 0, 1 and 2. */
export interface SplitColumn {
  readonly index: number;
  readonly as: 'words' | 'truth' | 'numbers';
}

export interface Columns {
  readonly path: number;
  /** The column of labels; or where each class has a column of zeros and ones, all of those. */
  readonly label: number | readonly number[];
  readonly split: SplitColumn | undefined;
  /** Why labels of such columns may be guesses, or not of whole pictures: such a table has to be named. */
  readonly doubt: string | undefined;
}

/** Whether a first row names a column of paths. */
export function namesPaths(header: readonly string[]): boolean {
  return header.length > 1 && header.some((name) => PATH.includes(plain(name)));
}

/**
 * The columns by their names, undefined where they do not say enough.
 * @param rows - of which a table of zeros and ones is known
 * @param asked - names of the columns of labels, where a person says them
 * @throws UserError where two columns could be the labels, or a program guessed them
 */
export function columnsOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  path: string,
  asked?: readonly string[],
): Columns | undefined {
  const names = header.map(plain);
  const first = (wanted: readonly string[]) =>
    names.indexOf(wanted.find((name) => names.includes(name)) ?? '\0');
  const paths = first(PATH);
  if (paths < 0) return undefined;
  const all = (wanted: readonly string[]) => names.flatMap((name, i) => (wanted.includes(name) ? [i] : []));
  const named = all(LABEL).length > 0 ? all(LABEL) : all(LABEL_NAME);
  const labels = areCoordinates(header) ? named.filter((i) => names[i] !== 'y') : named;
  if (labels.length > 1 && asked === undefined)
    throw new UserError(
      `${path} has ${labels.length} columns that could be the label: ${labels.map((i) => header[i]).join(', ')}. Rename or delete all but one.`,
    );
  const split = splitColumn(names, rows);
  const index = split?.index ?? -1;
  const [label = oneHot(header, rows, [paths, index])] =
    asked === undefined ? labels : [askedColumns(header, asked, path)];
  if (label === undefined) return undefined;
  if (names.some((name) => PROBABILITY.test(name)))
    throw new UserError(
      `${path} has a column "probability": a program guessed its labels, as trainyard predict does. What is guessed is not learned from. If a person has checked the labels, delete that column and name the file.`,
    );
  const isLabel = (i: number) => (typeof label === 'number' ? i === label : label.includes(i));
  const others = header.flatMap((_, i) => (i === paths || isLabel(i) || i === index ? [] : [i]));
  checkFlags(
    others.map((i) => ({ name: header[i] ?? '', cells: rows.map((row) => row[i] ?? '') })),
    split !== undefined,
    path,
  );
  // Of classes in columns of their own, none is how sure a program was, unless all are: prob_cat, prob_dog.
  const classes = typeof label === 'number' ? [] : label.map((i) => header[i] ?? '');
  const areGuesses = classes.length > 0 && classes.every((name) => doubtOf([name]) !== undefined);
  const doubt = doubtOf([...others.map((i) => header[i] ?? ''), ...(areGuesses ? classes : [])]);
  return { path: paths, label, split, doubt };
}

/** The columns that a person names. @throws UserError where one is not there */
function askedColumns(
  header: readonly string[],
  asked: readonly string[],
  path: string,
): number | readonly number[] {
  const columns = asked.map((name) => {
    const exact = header.indexOf(name);
    const index = exact >= 0 ? exact : header.map(plain).indexOf(plain(name));
    if (index >= 0) return index;
    throw new UserError(
      `--label ${asked.join(',')}: ${path} has no column ${JSON.stringify(name)}; it has ${header.join(', ')}.`,
    );
  });
  const [only, ...others] = columns;
  return only !== undefined && others.length === 0 ? only : columns;
}

/** The column of the sides: one that is called so, one of true and false, or another that has their words alone. */
function splitColumn(
  names: readonly string[],
  rows: readonly (readonly string[])[],
): SplitColumn | undefined {
  const cellsOf = (index: number) => rows.flatMap((row) => row[index] || []);
  const indexOf = (wanted: readonly string[]) =>
    names.indexOf(wanted.find((name) => names.includes(name)) ?? '\0');
  const named = indexOf(SPLIT);
  if (named >= 0) return { index: named, as: areSideNumbers(cellsOf(named)) ? 'numbers' : 'words' };
  const truth = indexOf(IS_VALID);
  if (truth >= 0) return { index: truth, as: 'truth' };
  const index = names.findIndex((name, i) => {
    const cells = SPLIT_IF_SIDES.includes(name) ? cellsOf(i) : [];
    return cells.length > 0 && cells.every((word) => sideOfWord(word) !== undefined);
  });
  return index < 0 ? undefined : { index, as: 'words' };
}

/** The columns of the classes, where each row has ones in them and zeros: Roboflow's `_classes.csv`, ISIC's. */
function oneHot(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  others: readonly number[],
): number[] | undefined {
  const own = header.flatMap((name, i) => (others.includes(i) || name === '' ? [] : [i]));
  const flags = flagsOf(own.map((i) => plain(header[i] ?? '')));
  const classes = own.filter((_, k) => flags[k] !== true);
  const names = classes.map((i) => plain(header[i] ?? ''));
  const isOneHot =
    classes.length > 1 &&
    !(names.includes('x') && names.includes('y') && names.every((name) => /^[xywh]$/.test(name))) &&
    rows.length > 0 &&
    rows.every((row) => classes.every((i) => /^[01](\.0+)?$/.test(row[i] ?? '')));
  return isOneHot ? classes : undefined;
}
