// The folder of a sweep, runs/sweeps/<number>-<recipe>/: what it searches, Optuna's journal, the trials, the page.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { UserError } from '../../models/errors.ts';
import { makePath } from '../../setup/files/index.mjs';
import { readJsonFile } from '../files/json.ts';
import { writeWhole } from '../files/write-whole.ts';

const dimensionSchema = z.discriminatedUnion('kind', [
  z.object({
    option: z.string(),
    kind: z.enum(['real', 'whole']),
    low: z.number(),
    high: z.number(),
    log: z.boolean(),
  }),
  z.object({ option: z.string(), kind: z.literal('choice'), values: z.array(z.string()).readonly() }),
]);

/** What makes a sweep the one that it is: the same command finds it again. */
const searchSchema = z.object({
  /** What is trained, for people. */
  name: z.string(),
  /** What follows `trainyard train` in every trial. */
  words: z.array(z.string()),
  space: z.array(dimensionSchema),
  seeds: z.int(),
  /** Of the search. */
  seed: z.int(),
  pruned: z.boolean(),
});

const specSchema = searchSchema.extend({
  /** Successive halving: rungs at `from`, `from * factor`... epochs; null where no trial is ended early. */
  prune: z.object({ from: z.int(), factor: z.int() }).nullable(),
  /** Of one training, measured before the first trial. */
  epochs: z.int(),
  seconds: z.number(),
});

export type Search = z.output<typeof searchSchema>;
export type SweepSpec = z.output<typeof specSchema>;

export interface SweepFolder {
  readonly name: string;
  readonly path: string;
  readonly spec: SweepSpec;
}

const folderOf = (runs: string) => join(runs, 'sweeps');

/** The newest sweep that searches the same. */
export function findSweep(runs: string, search: Search): SweepFolder | undefined {
  const wanted = canonicalJson(search);
  return listSweeps(runs).findLast(({ spec }) => canonicalJson(searchSchema.parse(spec)) === wanted);
}

/** Makes the folder of a new sweep. */
export function createSweep(runs: string, spec: SweepSpec): SweepFolder {
  const folder = folderOf(runs);
  makePath(folder);
  const taken = readdirSync(folder).map((name) => Number.parseInt(name, 10) || 0);
  for (let number = Math.max(0, ...taken) + 1; ; number++) {
    const name = `${String(number).padStart(4, '0')}-${spec.name}`;
    const path = join(folder, name);
    try {
      mkdirSync(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
    writeWhole(join(path, 'sweep.json'), `${JSON.stringify(spec, null, 2)}\n`);
    return { name, path, spec };
  }
}

function listSweeps(runs: string): SweepFolder[] {
  const folder = folderOf(runs);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d{4,}-/.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .flatMap((name) => {
      const path = join(folder, name);
      const spec = specIfWhole(join(path, 'sweep.json'));
      return spec === undefined ? [] : [{ name, path, spec }];
    });
}

/** One that is damaged, or of another version, is no reason not to search. */
function specIfWhole(path: string): SweepSpec | undefined {
  try {
    return readJsonFile(path, specSchema);
  } catch (error) {
    if (error instanceof UserError || !existsSync(path)) return undefined;
    throw error;
  }
}
