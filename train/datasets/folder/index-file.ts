// What is kept of a prepared folder beside its pixels: every file as it was, so that only what changes is read again.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { notWritten } from '../../files/write-whole.ts';
import { taskSchema } from '../../tasks/task.ts';
import type { FolderFindings } from './findings.ts';

/** Raised whenever the same files would be prepared otherwise. */
export const FORMAT = 'trainyard-folder/3';

export const entrySchema = z.object({
  /** Relative to the folder. */
  path: z.string(),
  /** Size, times of change and inode as text: equal for a file that nobody has touched since. */
  stamp: z.string(),
  /** SHA-256 of the file; empty where it could not be read. */
  hash: z.string(),
  /** Why it cannot be used. */
  problem: z.string().exactOptional(),
  remarks: z.array(z.enum(['animated', 'cmyk', 'deep', 'turned', 'misnamed', 'small', 'transparent'])),
  /** Perceptual hash; see perceptual-hash.ts. */
  look: z.string(),
  /** Which picture of the pixels' file it is; -1 where it has a problem. */
  place: z.int(),
});

export type Entry = z.output<typeof entrySchema>;

const splitSchema = z.object({
  /** Indices of `entries`, in the order of the split. */
  order: z.array(z.int()),
  labels: z.array(z.int()),
  /** Of several labels the numbers of those that each picture has, or the numbers that are learned. */
  answers: z.array(z.array(z.number())).exactOptional(),
  digest: z.string(),
});

const indexSchema = z.object({
  format: z.literal(FORMAT),
  entries: z.array(entrySchema),
  /** What was asked for and found: labels, sides and share as one digest. */
  request: z.string(),
  /** Name of the file with the pixels, beside this one. */
  pixels: z.string(),
  labels: z.array(z.string()),
  task: taskSchema.exactOptional(),
  train: splitSchema,
  validation: splitSchema,
  test: splitSchema.exactOptional(),
  findings: z.custom<FolderFindings>((value) => typeof value === 'object' && value !== null),
});

export type FolderIndex = z.output<typeof indexSchema>;

/** The index at `path`; undefined where there is none, or it is damaged or of another version. */
export function readIndex(path: string): FolderIndex | undefined {
  try {
    return indexSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Writes it whole or not at all. */
export function writeIndex(path: string, index: FolderIndex): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, JSON.stringify(index));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notWritten(path, error);
  }
}
