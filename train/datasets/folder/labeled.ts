// Labeled pictures that nothing is trained on: all of a folder, a table, a shard or an archive, or those that it keeps apart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import type { Prepare } from '../../../models/image/prepare.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { sizeOf } from '../../../models/shape.ts';
import type { TargetTask } from '../../tasks/task.ts';
import { findPictures } from './find.ts';
import type { FileProblem } from './findings.ts';
import { type Found, keptApart, type Listing } from './listing.ts';
import { type Pixels, readFiles, readPixels } from './read-files.ts';
import { findShards } from './shards/index.ts';
import { filesUnder } from './source.ts';
import type { TableReading } from './table/learned.ts';
import { checkThere } from './there.ts';
import { isZip, unpackedZip } from './zip.ts';

/** A picture with its label; `input` reads its pixels, `[H,W,C]` uint8, as a network takes them. */
export interface LabeledPicture {
  /** Relative to the folder. */
  readonly path: string;
  readonly label: string;
  /** Of several labels their names, or numbers; absent of one class. */
  readonly answers?: readonly string[] | readonly number[];
  input(): Uint8Array;
}

export interface LabeledPictures {
  readonly root: string;
  /** What they are labeled with, where that is not one class of each. */
  readonly task?: TargetTask | undefined;
  /** The labels or numbers in their order, where the folder says one. */
  readonly classes?: readonly string[] | undefined;
  /** In the order of their paths as they are listed. */
  readonly pictures: readonly LabeledPicture[];
  /** Which of what is there are taken, and by what they are labeled, in words. */
  readonly decides: string;
  readonly problems: readonly FileProblem[];
}

export interface LabeledOptions {
  readonly shape: Shape;
  readonly rule: Prepare;
  /** How a table is read: the first way that fits. */
  readonly readings?: readonly TableReading[];
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Reads the labeled pictures under `path` and gives them to `use`; afterwards their pixels are gone. Where the folder has
 * sides, those of the test are taken, or where there are none those of validation: what it trains on says nothing new.
 * @throws UserError where there are none, or none of them can be read
 */
export async function withLabeled<T>(
  path: string,
  { shape, rule, readings = [{}], onProgress }: LabeledOptions,
  use: (labeled: LabeledPictures) => Promise<T>,
): Promise<T> {
  checkThere(path);
  const place = isZip(path) ? await unpackedZip(path) : path;
  const shards = await findShards(place);
  const listing = shards?.listing ?? listedAs(place, readings);
  const source = shards?.source ?? filesUnder(listing.root);
  const found = keptApart(listing);
  const scratch = mkdtempSync(join(tmpdir(), 'trainyard-labeled-'));
  try {
    const files = await readFiles({
      source,
      files: found.map((each) => each.path),
      ...{ shape, rule, scratch, onProgress },
    });
    const size = sizeOf(shape);
    const pictures = files.flatMap(({ path: file, pixels }, i): LabeledPicture[] => {
      const { label, answers } = found[i] ?? {};
      return pixels === undefined || label === undefined
        ? []
        : [{ path: file, label, ...(answers && { answers }), input: inputOf(pixels, size) }];
    });
    const problems = [
      ...listing.problems,
      ...files.flatMap(({ path: file, problem }) =>
        problem === undefined ? [] : [{ path: file, reason: problem }],
      ),
    ];
    if (pictures.length === 0)
      throw new UserError(
        `None of the ${found.length} pictures of ${path} can be read${problems[0] ? `: ${problems[0].path}: ${problems[0].reason}` : ''}.`,
      );
    const { root, task, classes } = listing;
    return await use({ root, task, classes, pictures, decides: takenInWords(listing, found), problems });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @throws UserError of the first way where none fits */
function listedAs(place: string, readings: readonly TableReading[]): Listing {
  let first: UserError | undefined;
  for (const reading of readings) {
    try {
      return findPictures(place, 'kept', reading);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      first ??= error;
    }
  }
  // Nobody has typed the option that names the columns.
  throw new UserError((first?.message ?? '').replace(/^--label [^:]*: /, ''));
}

function takenInWords({ decides }: Listing, [first]: readonly Found[]): string {
  const side = first?.split;
  if (side !== 'valid' && side !== 'test') return decides;
  return `${decides} Measured on ${side === 'test' ? 'the test' : 'validation'} alone.`;
}

function inputOf(pixels: Pixels, size: number): () => Uint8Array {
  return () => readPixels(pixels, size);
}
