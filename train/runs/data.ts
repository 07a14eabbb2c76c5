// What data a run has seen. Their digests decide what it can be compared with, and whether it can go on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../datasets/dataset.ts';
import { changedSplit, type DataDigests, digestsSchema } from '../datasets/digests.ts';
import { DataError } from '../errors.ts';
import { readJsonFile } from '../files/json.ts';
import { writeWhole } from '../files/write-whole.ts';
import { type Run, readLast, startOverCommand } from './run.ts';

const recordedSchema = z
  .object({
    digests: digestsSchema,
    /** Pictures. */
    train: z.int(),
    /** Absent in what earlier versions wrote, where `test` is what validated. */
    validation: z.int().exactOptional(),
    test: z.int().exactOptional(),
  })
  .transform(({ digests, train, validation, test }) => ({
    digests,
    images: {
      train,
      validation: validation ?? test ?? 0,
      ...(validation !== undefined && test !== undefined && { test }),
    },
  }));

/** The data of a run; how many pictures they were is not known of runs of earlier versions. */
export interface RunData {
  readonly digests: DataDigests;
  readonly images?: { readonly train: number; readonly validation: number; readonly test?: number };
}

const pathOf = ({ folder }: Run) => join(folder, 'data.json');

/** Keeps what a run is trained on, for when the data have changed. */
export function recordData(
  run: Run,
  { digests, train, validation, test }: Pick<Dataset, 'digests' | 'train' | 'validation' | 'test'>,
): void {
  const recorded = {
    digests: { ...digests },
    ...{ train: train.n, validation: validation.n, ...(test && { test: test.n }) },
  };
  writeWhole(pathOf(run), `${JSON.stringify(recorded, null, 2)}\n`);
}

/** What a run was trained on; undefined before its first checkpoint. */
export function readData(run: Run): RunData | undefined {
  if (!existsSync(run.last)) return undefined;
  const { datasetDigests: digests } = readLast(run).progress;
  const recorded = existsSync(pathOf(run)) ? readJsonFile(pathOf(run), recordedSchema) : undefined;
  if (recorded === undefined || changedSplit(recorded.digests, digests) !== undefined) return { digests };
  return { digests, images: recorded.images };
}

/** @throws DataError when a run was trained on other data: what was measured of it does not hold for these. */
export function checkData(run: Run, digests: DataDigests, dataset: Dataset): void {
  const changed = changedSplit(digests, dataset.digests);
  if (changed === undefined) return;
  const { images } = readData(run) ?? {};
  const counts =
    images === undefined
      ? ''
      : ` It had ${images.train} training and ${images.validation} validation pictures; now there are ${dataset.train.n} and ${dataset.validation.n}.`;
  throw new DataError(
    `Run ${run.name} was trained on other data: the ${changed} split of ${dataset.name} has changed since.${counts} Bring the old files back, or train anew: ${startOverCommand(run)}`,
  );
}
