// What a person has decided of pictures: a table of all of them, on which can be trained.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { messageOf, UserError } from '../../models/errors.ts';
import type { Side } from '../datasets/folder/sides.ts';
import { writeWhole } from '../files/write-whole.ts';

/** A person's word on a picture. */
export type Decision = 'kept' | 'dropped' | 'relabeled';

/** A picture in the table. */
export interface Row {
  /** Relative to the table's folder, with `/`. */
  readonly path: string;
  /** Its label before any decision. */
  readonly was: string;
  /** The side on which it is, where the folder says one. */
  readonly split: Side | undefined;
  readonly decision: Decision | undefined;
  /** The label that it has now: `was`, unless it was relabeled. Of a dropped picture the table's cell is empty. */
  readonly label: string;
}

const COLUMNS = ['path', 'label', 'split', 'decision', 'was'];

const line = z.object({
  path: z.string().min(1),
  label: z.string(),
  split: z.union([z.enum(['train', 'valid', 'test']), z.literal('').transform(() => undefined)]).optional(),
  decision: z.union([z.enum(['kept', 'dropped', 'relabeled']), z.literal('').transform(() => undefined)]),
  was: z.string(),
});

/** The table as text: without the column `split` where no picture has a side. */
export function tableOf(rows: readonly Row[]): string {
  const hasSides = rows.some(({ split }) => split !== undefined);
  const names = COLUMNS.filter((name) => name !== 'split' || hasSides);
  const lines = rows.map(({ path, label, split = '', decision, was }) =>
    [path, decision === 'dropped' ? '' : label, ...(hasSides ? [split] : []), decision ?? '', was]
      .map(cell)
      .join(','),
  );
  return `${[names.join(','), ...lines].join('\n')}\n`;
}

/** As RFC 4180 has it. */
function cell(text: string): string {
  return /[",;\t|\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The rows of a table that was written here; undefined where there is no such file.
 * @throws UserError where the file is another, or damaged
 */
export function readTable(path: string): Row[] | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  if (!isOurs(text))
    throw new UserError(
      `${path} is there and was not written by clean: its columns are not ${COLUMNS.join(', ')}. Name another file by --out, or move it away.`,
    );
  try {
    const records: unknown = parse(text, { columns: true });
    return z
      .array(line)
      .parse(records)
      .map(({ label, was, split, ...row }) => ({
        ...row,
        was,
        split,
        label: row.decision === 'relabeled' ? label : was,
      }));
  } catch (error) {
    throw new UserError(
      `${path} is damaged: ${error instanceof z.ZodError ? `row ${Number(error.issues[0]?.path[0] ?? 0) + 2} has no ${String(error.issues[0]?.path[1])} that clean writes` : messageOf(error)}. Mend that row, or move the file away to begin anew.`,
    );
  }
}

/** Whether a table's first row is that of ours. */
export function isOurs(text: string): boolean {
  const header = text.slice(0, text.indexOf('\n')).trim();
  return header === COLUMNS.join(',') || header === COLUMNS.filter((name) => name !== 'split').join(',');
}

/** Decisions on pictures, each in the table as soon as it is made. */
export interface Decisions {
  readonly path: string;
  /** Of the picture at `index`. */
  row(index: number): Row;
  /**
   * Decides; a label relabels the picture, its own keeps it, and undefined takes a decision back.
   * @throws UserError where the table was changed by another program
   */
  decide(index: number, decision: 'keep' | 'drop' | { readonly label: string } | undefined): void;
  /** Takes back the last decision of this session. @returns the picture; undefined where there is none left */
  undo(): number | undefined;
  count(decision: Decision): number;
}

/**
 * Opens the table at `path`, which is made of `pictures` where it is not there. Decisions that it has are kept, also on pictures
 * that are gone.
 * @param pictures - Without decisions, one for each index.
 */
export function openDecisions(path: string, pictures: readonly Row[]): Decisions {
  const before = new Map((readTable(path) ?? []).map((row) => [row.path, row]));
  const rows = pictures.map((row): Row => {
    const own = before.get(row.path);
    before.delete(row.path);
    if (own?.decision === undefined) return row;
    // What was read may be this table, whose label is no longer what it was.
    const was = row.label === own.label ? own.was : row.was;
    return { ...row, was, decision: own.decision, label: own.decision === 'relabeled' ? own.label : was };
  });
  const gone = [...before.values()].filter(({ decision }) => decision !== undefined);
  const history: { readonly index: number; readonly row: Row }[] = [];
  let written = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const row = (index: number): Row => {
    const found = rows[index];
    if (found === undefined)
      throw new UserError(`There is no picture ${index}: there are ${rows.length}, counted from 0.`);
    return found;
  };
  const set = (index: number, next: Row) => {
    const now = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    if (now !== written)
      throw new UserError(
        `${basename(path)} was changed by another program. Stop clean and start it again, which reads it anew.`,
      );
    const text = tableOf([...rows.with(index, next), ...gone]);
    writeWhole(path, text);
    written = text;
    rows[index] = next;
  };
  return {
    path,
    row,
    decide(index, asked) {
      const { decision: _, ...own } = row(index);
      const label = typeof asked === 'object' ? asked.label : own.was;
      const decision =
        asked === undefined
          ? undefined
          : asked === 'drop'
            ? 'dropped'
            : label === own.was
              ? 'kept'
              : 'relabeled';
      const last = row(index);
      set(index, { ...own, label, decision });
      history.push({ index, row: last });
    },
    undo() {
      const last = history.at(-1);
      if (last === undefined) return undefined;
      set(last.index, last.row);
      history.pop();
      return last.index;
    },
    count: (decision) => rows.filter((each) => each.decision === decision).length,
  };
}
