// From a folder to the list that is looked at: pictures read, earlier decisions found, labels judged.
import { readFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { command } from '../../setup/invocation.mjs';
import type { Progress } from '../progress.ts';
import { type Decisions, isOurs, openDecisions, type Row } from './decisions.ts';
import { findWrong } from './find.ts';
import { type CleanOptions, type CleanPictures, loadCleanPictures } from './pictures.ts';
import type { Suspect } from './suspects.ts';

export interface Prepared {
  readonly pictures: CleanPictures;
  readonly decisions: Decisions;
  /** To be looked at, the worst first. */
  readonly open: readonly Suspect[];
  /** Places of the pictures that are decided. */
  readonly decided: readonly number[];
  /** `[N,classes]`, out of fold. */
  readonly probabilities: ArrayLike<number>;
}

/** The table where none is named: beside the folder, never within it; of another table a second one beside it. */
export function tableFor(path: string): string {
  const isCsv = extname(path).toLowerCase() === '.csv';
  if (isCsv && isOurs(readFileSync(path, 'utf8'))) return path;
  return `${path.replace(/\.(csv|tsv|jsonl|ndjson|txt)$/i, '')}-labels.csv`;
}

/**
 * Reads, judges and ranks. A picture counts with the label that was decided; one that was dropped teaches nothing.
 * @param path - Absolute: a folder or a table.
 * @param out - The table of decisions, absolute.
 */
export async function prepare(
  path: string,
  out: string,
  options: CleanOptions,
  progress: Progress = {},
): Promise<Prepared> {
  const pictures = await loadCleanPictures(path, options, progress);
  const { root, labels: classes } = pictures;
  const rows = pictures.pictures.map(({ path: file, label: own, side: split }): Row => {
    const label = classes[own] ?? '';
    const fromTable = relative(dirname(out), join(root, file)).split(sep).join('/');
    return { path: fromTable, was: label, label, split, decision: undefined };
  });
  const decisions = openDecisions(out, rows);
  const labels = rows.map((_, i) => {
    const { decision, label } = decisions.row(i);
    return decision === 'dropped' ? -1 : classes.indexOf(label);
  });
  const { suspects, probabilities } = findWrong(pictures, labels);
  const isDecided = (place: number) => decisions.row(place).decision !== undefined;
  return {
    pictures,
    decisions,
    open: suspects.filter(({ place }) => !isDecided(place)),
    decided: rows.flatMap((_, i) => (isDecided(i) ? [i] : [])),
    probabilities,
  };
}

/** The command that trains on the table, whose labels are classes also where they look like several or like numbers. */
export function nextCommand(out: string, classes: readonly string[]): string {
  const here = relative(process.env.INIT_CWD ?? process.cwd(), out);
  const isOdd =
    classes.some((label) => /[|;,/]/.test(label)) || classes.every((label) => /^-?\d*\.\d+$/.test(label));
  return command('train', [here.startsWith('..') ? out : `./${here}`, ...(isOdd ? ['--as', 'single'] : [])]);
}
