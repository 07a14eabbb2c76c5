// Puts read files in their order: labels, sides, pixels one after another, and what there is to say of them.
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { UserError } from '../../../models/errors.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { writeAll } from '../../files/write-whole.ts';
import { chooseSides, type Fold, type Sides } from './choose-sides.ts';
import { type FolderFindings, type NearDuplicate, type Remark, remarks as remarkTexts } from './findings.ts';
import type { Entry, FolderIndex } from './index-file.ts';
import { byCodePoint } from './list-files.ts';
import type { Found, Listing } from './listing.ts';
import { lookAlikes } from './look-alikes.ts';
import { findNearDuplicates, looksSame } from './near-duplicates.ts';
import { type Pixels, type ReadFile, readPixels } from './read-files.ts';
import type { Side } from './sides.ts';
import { targetsOf } from './targets.ts';

export interface ArrangeOptions {
  readonly shape: Shape;
  /** Share of each class that is kept for validation. */
  readonly valid: number;
  /** The fold that validates, in place of that share. */
  readonly fold?: Fold | undefined;
  /** The file that the pixels are written to: training pictures, then those for validation, then those of the test. */
  readonly target: string;
}

/** A picture that is used: its file and what is known of it. */
interface Used {
  readonly entry: ReadFile;
  readonly pixels: Pixels;
  readonly found: Found;
  /** Among all entries. */
  readonly i: number;
}

type Arranged = Omit<FolderIndex, 'format' | 'request' | 'pixels'>;

/**
 * Arranges `files`, which belong to `listing.found` one by one.
 * @throws UserError where there is nothing to tell apart, or nothing to train on or to validate with
 */
export function arrange(listing: Listing, files: readonly ReadFile[], options: ArrangeOptions): Arranged {
  const readable = files.flatMap((entry, i): Used[] => {
    const found = listing.found[i];
    const { pixels } = entry;
    return pixels === undefined || found === undefined ? [] : [{ entry, pixels, found, i }];
  });
  const problems = [
    ...listing.problems,
    ...files.flatMap(({ path, problem }) => (problem === undefined ? [] : [{ path, reason: problem }])),
  ];
  checkClasses(listing, readable, problems);
  const { task } = listing;
  const { shape, valid, fold } = options;
  const chosen = chooseSides(
    readable.map(({ found, entry: { hash, look } }) => ({ ...found, hash, look })),
    { task, valid, fold, isSame: (i, j) => areSame(readable[i]?.pixels, readable[j]?.pixels, shape) },
  );
  const { sides } = chosen;
  // Each fold has the same classes, though one that is in one fold alone is not trained on in that.
  const trained = new Set(
    readable.flatMap(({ found }, k) =>
      sides[k] === 'train' || (fold !== undefined && sides[k] === 'valid') ? namesOf(found, task) : [],
    ),
  );
  const isTrained = ({ found }: Used) => task !== undefined || trained.has(found.label);
  const stray = readable.filter((each) => !isTrained(each));
  problems.push(
    ...stray.map(({ entry, found }) => ({
      path: entry.path,
      reason: `no picture of the class ${JSON.stringify(found.label)} is there to train on`,
    })),
  );
  const labels =
    task === 'regression'
      ? [...(listing.classes ?? [])]
      : (listing.classes?.filter((label) => trained.has(label)) ?? sortLabels(trained));
  if (labels.length < (task === undefined ? 2 : 1)) throw tooFewClasses(listing, labels, problems);
  if (labels.length > 65_536)
    throw new UserError(`${listing.root} has ${labels.length} classes; 65,536 are the most.`);

  const of = (side: Side) => readable.filter((each, k) => sides[k] === side && isTrained(each)).sort(byHash);
  const [train, validation, test] = [of('train'), of('valid'), of('test')];
  if (validation.length === 0) throw noValidation(listing, train.length, labels.length, problems);
  const parts = test.length === 0 ? [train, validation] : [train, validation, test];
  const size = options.shape[0] * options.shape[1] * options.shape[2];
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const answersOf = (part: readonly Used[]) =>
    part.map(({ found }) =>
      namesOf(found, task)
        .flatMap((label) => numbers.get(label) ?? [])
        .concat(numbersOf(found, task)),
    );
  const digests = writePixels(parts, { task, numbers, answersOf }, size, options.target);
  const places = new Map(parts.flat().map(({ i }, place) => [i, place]));
  const splitOf = (part: readonly Used[], digest: string) => ({
    order: part.map(({ i }) => i),
    labels: part.map(({ found }) => (task === undefined ? (numbers.get(found.label) ?? 0) : 0)),
    ...(task && { answers: answersOf(part) }),
    digest,
  });
  return {
    entries: files.map(({ pixels: _, ...entry }, i): Entry => ({ ...entry, place: places.get(i) ?? -1 })),
    labels,
    ...(task && { task }),
    train: splitOf(train, digests[0] ?? ''),
    validation: splitOf(validation, digests[1] ?? ''),
    ...(test.length > 0 && { test: splitOf(test, digests[2] ?? '') }),
    findings: findingsOf(listing, { labels, train, validation, test, problems, chosen }, options),
  };
}

/** The labels that a picture has; none where numbers are learned. */
function namesOf({ label, answers = [] }: Found, task: Listing['task']): string[] {
  if (task === undefined) return [label];
  return answers.filter((answer): answer is string => typeof answer === 'string');
}

function numbersOf({ answers = [] }: Found, task: Listing['task']): number[] {
  return task === 'regression'
    ? answers.filter((answer): answer is number => typeof answer === 'number')
    : [];
}

/** By content, so that the order depends on nothing else; copies in the order of their paths. */
function byHash(a: Used, b: Used): number {
  return byCodePoint(a.entry.hash, b.entry.hash) || byCodePoint(a.entry.path, b.entry.path);
}

/** By number where all labels are whole numbers, else by code point. */
export function sortLabels(labels: Iterable<string>): string[] {
  const all = [...labels];
  const areNumbers = all.every((label) => /^\d{1,9}$/.test(label));
  return all.sort(areNumbers ? (a, b) => Number(a) - Number(b) || byCodePoint(a, b) : byCodePoint);
}

/** Writes the parts one after another. @returns the digest of each, as `digest` of dataset.ts computes it */
function writePixels(
  parts: readonly (readonly Used[])[],
  {
    task,
    numbers,
    answersOf,
  }: {
    readonly task: Listing['task'];
    readonly numbers: ReadonlyMap<string, number>;
    answersOf(part: readonly Used[]): number[][];
  },
  size: number,
  target: string,
): string[] {
  const file = openSync(target, 'w');
  try {
    return parts.map((part) => {
      const hash = createHash('sha256');
      for (const { pixels: at } of part) {
        const pixels = readPixels(at, size);
        hash.update(pixels);
        writeAll(file, target, pixels);
      }
      const own = part.map(({ found }) => (task === undefined ? (numbers.get(found.label) ?? 0) : 0));
      hash.update(numbers.size <= 256 ? Uint8Array.from(own) : Uint16Array.from(own));
      if (task !== undefined) hash.update(targetsOf(task, answersOf(part), numbers.size));
      return hash.digest('hex');
    });
  } finally {
    closeSync(file);
  }
}

function findingsOf(
  { root, layout, task, notes, decides, found, test: testFolder }: Listing,
  {
    labels,
    train,
    validation,
    test,
    problems,
    chosen,
  }: {
    labels: readonly string[];
    train: readonly Used[];
    validation: readonly Used[];
    test: readonly Used[];
    problems: FolderFindings['problems'];
    chosen: Sides;
  },
  { shape, valid }: ArrangeOptions,
): FolderFindings {
  const used = [...train, ...validation, ...test];
  const count = (part: readonly Used[]) => {
    const counts = new Map<string, number>();
    for (const { found } of part)
      for (const name of namesOf(found, task)) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const [trained, validating, tested] = [count(train), count(validation), count(test)];
  const bare = task === 'regression' ? [] : labels.filter((label) => !validating.has(label));
  const copies = groupsOf(used.map(({ entry }) => [entry.hash, entry.path]));
  const labelOf = new Map(used.map(({ entry, found }) => [entry.path, found.label]));
  const hashed = (part: readonly Used[]) => part.map(({ entry }) => entry);
  const twins = (part: readonly Used[], side: NearDuplicate['side']) =>
    findNearDuplicates(hashed(train), hashed(part), side, (i, j) =>
      areSame(train[i]?.pixels, part[j]?.pixels, shape),
    );
  return {
    root,
    decides,
    test: testFolder,
    ...(task && { task }),
    classes: (task === 'regression' ? [] : labels).map((label) => ({
      label,
      train: trained.get(label) ?? 0,
      validation: validating.get(label) ?? 0,
      ...(test.length > 0 && { test: tested.get(label) ?? 0 }),
    })),
    ...(chosen.folds && { folds: chosen.folds }),
    split:
      chosen.how ??
      {
        classes: `${Math.round(valid * 100)} % of each class, chosen by the content of the files`,
        'train-and-valid': 'as the folders say',
        table: 'as the table says; where it does not, chosen by the content of the files',
        shards: 'as the names of the files say; where they do not, chosen by the content of the pictures',
      }[layout],
    problems: [...problems].sort((a, b) => byCodePoint(a.path, b.path)),
    remarks: Object.fromEntries(
      (Object.keys(remarkTexts) as Remark[]).flatMap((remark) => {
        const paths = used.flatMap(({ entry }) => (entry.remarks.includes(remark) ? [entry.path] : []));
        return paths.length === 0 ? [] : [[remark, paths.sort(byCodePoint)]];
      }),
    ),
    copies,
    contradictions: copies.filter((group) => new Set(group.map((path) => labelOf.get(path))).size > 1),
    nearDuplicates: [...twins(validation, 'validation'), ...twins(test, 'test')],
    notes: [
      ...notes,
      ...chosen.notes,
      ...(task === undefined ? emptied(found, labels) : []),
      ...(task === 'regression' ? [] : lookAlikes(labels)),
      ...(bare.length === 0
        ? []
        : [
            `No validation picture shows ${bare.slice(0, 5).join(', ')}${bare.length > 5 ? ` and ${bare.length - 5} more` : ''}: what the figures say does not hold for ${bare.length === 1 ? 'that class' : 'those classes'}.`,
          ]),
    ],
  };
}

/** Paths under equal keys, where there is more than one. */
function groupsOf(pairs: readonly (readonly [key: string, path: string])[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const [key, path] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [path]);
    else group.push(path);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.sort(byCodePoint))
    .sort((a, b) => byCodePoint(a[0] ?? '', b[0] ?? ''));
}

function areSame(a: Pixels | undefined, b: Pixels | undefined, shape: Shape): boolean {
  // Stryker disable next-line all: pairs are of pictures that are there
  if (a === undefined || b === undefined) return false;
  const size = shape[0] * shape[1] * shape[2];
  return looksSame(readPixels(a, size), readPixels(b, size), shape);
}

function checkClasses(
  { root }: Listing,
  readable: readonly Used[],
  problems: FolderFindings['problems'],
): void {
  if (readable.some(({ found }) => found.split !== 'test')) return;
  if (readable.length > 0)
    throw new UserError(
      `${root} keeps ${readable.length === 1 ? 'its one picture' : `all of its ${readable.length} pictures`} for a test: none is left to train on.`,
    );
  const shown = problems.slice(0, 3).map(({ path, reason }) => `  ${path}: ${reason}`);
  throw new UserError(
    `None of the ${problems.length} files under ${root} can be used:\n${shown.join('\n')}${problems.length > 3 ? '\n  ...' : ''}`,
  );
}

function tooFewClasses(
  { root, layout, notes }: Listing,
  labels: readonly string[],
  problems: FolderFindings['problems'],
): UserError {
  const [only] = labels;
  // A folder of pictures with a table that cannot be read: what is wrong with the table comes first.
  const tables = notes.filter((note) => note.startsWith('Not taken'));
  if (layout === 'classes' && tables.length > 0)
    return new UserError(
      [
        `${root} has pictures in one folder alone, ${JSON.stringify(only ?? '')}, so a table would have to say their labels, and none is taken.`,
        ...tables,
        ...leftOut(problems),
      ].join(' '),
    );
  const how = layout === 'table' || layout === 'shards' ? 'label' : 'folder with pictures';
  return new UserError(
    `${root} has one class with pictures to train on, ${JSON.stringify(only ?? '')}: there is nothing to tell apart. Add a second ${how}, such as "other".${[...notes, ...leftOut(problems)].map((note) => ` ${note}`).join('')}`,
  );
}

function noValidation(
  { root, found }: Listing,
  images: number,
  classes: number,
  problems: FolderFindings['problems'],
): UserError {
  const asked = found.filter(({ split }) => split === 'valid').length;
  const why =
    asked > 0
      ? `${asked === 1 ? 'the one that is for it cannot' : `none of the ${asked} that are for it can`} be used.`
      : found.some(({ group }) => group !== undefined)
        ? `${images} pictures of ${classes} classes, of which each is in one group alone. Give at least one class a second group, or leave --group out.`
        : `${images} pictures of ${classes} classes, none with two that differ. Give at least one class a second picture.`;
  return new UserError([`${root} leaves no picture for validation: ${why}`, ...leftOut(problems)].join(' '));
}

/** The first files that are left out, and why. */
function leftOut(problems: FolderFindings['problems']): string[] {
  const shown = problems.slice(0, 2).map(({ path, reason }) => `${path}: ${reason}`);
  if (shown.length === 0) return [];
  return [`Left out: ${shown.join('; ')}${problems.length > 2 ? `; and ${problems.length - 2} more` : ''}.`];
}

/** Classes of which no picture is used, though some are there. */
function emptied(found: Listing['found'], labels: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const { label } of found) counts.set(label, (counts.get(label) ?? 0) + 1);
  for (const label of labels) counts.delete(label);
  return [...counts].map(
    ([label, count]) =>
      `The class ${JSON.stringify(label)} is left out: ${count === 1 ? 'its one picture cannot be used' : `none of its ${count} pictures can be used to train on`}.`,
  );
}
