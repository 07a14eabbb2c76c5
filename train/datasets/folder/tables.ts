// Lists pictures by a table: one that is named, or found in a folder that has no folders for classes.
import { basename, dirname, join, relative } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import { command } from '../../../setup/invocation.mjs';
import { TASKS, taskOf } from '../../tasks/task.ts';
import type { Sides } from './classes.ts';
import { type Level, levelIn } from './level.ts';
import type { ListedFiles } from './list-files.ts';
import type { Found, Listing } from './listing.ts';
import { ONCE, type Side, sideOfName } from './sides.ts';
import { isOutputName } from './table/doubts.ts';
import type { Fault } from './table/entries.ts';
import type { TableReading } from './table/learned.ts';
import { NotCertain } from './table/not-certain.ts';
import { notCertain } from './table/refusals.ts';
import { isTakenIfNamed, readTable, type Table } from './table/table.ts';

export interface Tables {
  readonly listing: Listing | undefined;
  /** Why tables list no pictures, or were not taken. */
  readonly notes: readonly string[];
}

/** A table that is found, and the side that its name or its folder's says. */
interface FoundTable {
  readonly path: string;
  readonly side: Side | undefined;
}

/** The pictures of a table that a person names. @throws UserError if it lists none, or a program guessed its labels */
export function listNamedTable(path: string, reading?: TableReading): Listing {
  const table = readTable(path, reading);
  const { doubt, notes } = table;
  const own =
    doubt === undefined ? notes : [...notes, `${basename(path)} ${doubt}. It is taken since it is named.`];
  return listingOf(dirname(path), [{ table: { ...table, notes: own }, path, side: undefined }]);
}

/**
 * The pictures of a level's tables: of the only one that lists pictures, or of one for each side, such as `train.csv` and
 * `valid.csv`, or `train/metadata.csv` and `test/metadata.csv`.
 * @throws UserError where several could decide, or the only one cannot be read for certain
 */
export function tablesAt(
  root: string,
  listed: ListedFiles,
  level: Level,
  sides: Sides | undefined,
  reading?: TableReading,
): Tables {
  const own = level.tables.map(
    (name): FoundTable => ({
      path: join(root, name),
      side: sideOfName(name.replace(/\.[^.]*$/, '')),
    }),
  );
  const ofSides =
    sides === undefined
      ? []
      : [
          { side: 'train', folders: [sides.train] } as const,
          { side: 'valid', folders: sides.valid } as const,
          { side: 'test', folders: sides.test } as const,
        ];
  const within = ofSides.flatMap(({ side, folders }) =>
    folders.flatMap(({ name }) =>
      levelIn(listed, level, name).tables.map(
        (table): FoundTable => ({ path: join(root, name, table), side }),
      ),
    ),
  );
  const notes: string[] = [];
  const unclear: NotCertain[] = [];
  const read = (some: readonly FoundTable[]) =>
    some.flatMap((each) => {
      const table = tableIfAny(each.path, notes, unclear, reading);
      return table === undefined ? [] : [{ ...each, table }];
    });
  const found = read(own);
  const taken = found.length > 0 ? found : read(within);
  const [first] = unclear;
  if (taken.length === 0 && first !== undefined) throw first;
  if (taken.length === 0) return { listing: undefined, notes };
  const isOneEach =
    new Set(taken.map(({ side }) => side)).size === taken.length &&
    taken.every(({ side }) => side !== undefined);
  if (taken.length > 1 && !isOneEach)
    throw new UserError(
      `${root.replace(/\/$/, '')} has several tables that list pictures (${taken.map(({ path }) => relative(root, path)).join(', ')}): name one, such as ${taken[0]?.path ?? ''}.`,
    );
  return {
    listing: listingOf(
      root,
      taken.length === 1 ? taken.map((each) => ({ ...each, side: undefined })) : taken,
      notes,
    ),
    notes,
  };
}

/** A table that may decide without being named; otherwise the notes say why it does not, and `unclear` has what to mend. */
function tableIfAny(
  path: string,
  notes: string[],
  unclear: NotCertain[],
  reading?: TableReading,
): Table | undefined {
  const named = `If a person wrote its labels, name it: ${command('train', [path])}`;
  if (isOutputName(basename(path))) {
    // Of a submission nobody wrote the labels.
    const advice = !/submission/i.test(basename(path)) && isTakenIfNamed(path) ? ` ${named}` : '';
    notes.push(`Not taken, since its name says that a program wrote it: ${basename(path)}.${advice}`);
    return undefined;
  }
  try {
    const table = readTable(path, reading);
    if (table.doubt === undefined) return table;
    notes.push(`Not taken: ${basename(path)} ${table.doubt}. ${named}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error instanceof NotCertain) unclear.push(error);
    notes.push(`Not taken as a list of pictures: ${error.message}`);
  }
  return undefined;
}

function listingOf(
  root: string,
  tables: readonly (FoundTable & { readonly table: Table })[],
  notes: readonly string[] = [],
): Listing {
  // A test is not for validation: that is chosen where no table says.
  const used = tables.filter(({ side }) => side !== 'test');
  const within = (path: string) => {
    const folder = relative(root, dirname(path));
    return (file: string) => (folder === '' ? file : join(folder, file));
  };
  const faults = disagreements(root, tables, within);
  if (faults !== undefined) throw faults;
  const [first, ...others] = used;
  const other = others.find(({ table }) => table.task !== first?.table.task);
  if (first !== undefined && other !== undefined)
    throw new UserError(
      `${relative(root, first.path)} is of the task ${taskOf(first.table)}, but ${relative(root, other.path)} of ${taskOf(other.table)}: say which is meant, ${TASKS.map((task) => `--as ${task}`).join(', ')}.`,
    );
  const { task, names } = first?.table ?? {};
  const ofTest = tables.filter(({ side }) => side === 'test');
  const tests = ofTest.filter(({ table }) => table.task === task);
  const strange = ofTest.filter(({ table }) => table.task !== task);
  return {
    root,
    layout: 'table',
    ...(task && { task }),
    ...(names && { classes: names }),
    found: [...used, ...tests].flatMap(({ path, side, table }) =>
      table.found.map(
        (each): Found => ({
          ...each,
          path: within(path)(each.path),
          // Where no table is for validation, it is chosen of those of training.
          split: each.split ?? (side === 'train' && used.length === 1 ? undefined : side),
        }),
      ),
    ),
    decides: [
      ...used.map(({ path, table }) => `Labels: from ${relative(root, path)}, ${table.decides}`),
      ...tests.map(
        ({ path, table }) =>
          `${relative(root, path)} is the test: its ${table.listed.length === 1 ? 'one picture is' : `${table.listed.length} pictures are`} ${ONCE}.`,
      ),
    ].join(' '),
    problems: [...used, ...tests].flatMap(({ path, table }) =>
      table.problems.map((problem) => ({ ...problem, path: within(path)(problem.path) })),
    ),
    notes: [
      ...[...used, ...tests].flatMap(({ table }) => table.notes),
      ...strange.map(
        ({ path, table }) =>
          `${relative(root, path)} is left out: it is of the task ${taskOf(table)}, what is trained on of ${taskOf({ task })}.`,
      ),
      ...notes,
    ],
  };
}

/** Where a picture has other labels in two tables, or is on two sides: as within one table, no row says which is meant. */
function disagreements(
  root: string,
  tables: readonly (FoundTable & { readonly table: Table })[],
  within: (path: string) => (file: string) => string,
): NotCertain | undefined {
  const before = new Map<string, { label: string; side: Side | undefined; row: number; path: string }>();
  for (const { path, side: whole, table } of tables) {
    const faults = table.listed.flatMap(({ path: file, label, side: own, row }): Fault[] => {
      const side = own ?? whole;
      const at = within(path)(file);
      const first = before.get(at);
      if (first === undefined) before.set(at, { label, side, row, path });
      if (first === undefined || first.path === path) return [];
      const where = `in row ${first.row} of ${relative(root, first.path)}`;
      if (first.label !== label)
        return [
          {
            row,
            reason: `${at} is ${JSON.stringify(label)} here and ${JSON.stringify(first.label)} ${where}`,
          },
        ];
      if (first.side === side) return [];
      return [
        {
          row,
          reason: `${at} is for ${side ?? 'either side'} here and for ${first.side ?? 'either side'} ${where}`,
        },
      ];
    });
    if (faults.length > 0) return notCertain(path, faults);
  }
  return undefined;
}
