// Runs side by side: those that differ in their seed alone are one group, and groups are named by how their recipes differ.
import { canonicalJson } from '../../../models/canonical.ts';
import { type Recipe, wordsOf } from '../../recipes/index.ts';
import { bestOf } from '../../runs/checkpoint.ts';
import type { Run } from '../../runs/run.ts';
import { type Facts, readRun } from '../facts.ts';
import type { TrainingRecord } from '../record.ts';

/** What is compared of a run. */
export type ComparedRun = Pick<Facts, 'run' | 'recipe' | 'record' | 'state' | 'environment'>;

export interface RunGroup {
  /** What sets it apart: `digits`, or `digits · optimizer.name adam`. */
  name: string;
  /** 1 to 6. */
  color: number;
  recipe: Recipe;
  runs: readonly ComparedRun[];
}

const COLORS = 6;

/** Reads runs and groups them, in the order in which they are given. */
export function groupRuns(runs: readonly Run[]): RunGroup[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const compared of runs.map(readRun)) {
    const { seed: _seed, ...rest } = compared.recipe;
    const key = canonicalJson(rest);
    groups.set(key, [...(groups.get(key) ?? []), compared]);
  }
  const firsts = [...groups.values()].flatMap(([first]) => (first === undefined ? [] : [first.recipe]));
  const differing = differences(firsts);
  return [...groups.values()].flatMap((members, i): RunGroup[] => {
    const [first] = members;
    if (first === undefined) return [];
    const own = differing.map(({ field, values }) => `${field} ${values[i] ?? 'none'}`);
    return [
      {
        name: [namedWords(first.recipe), ...own].join(' · '),
        color: (i % COLORS) + 1,
        recipe: first.recipe,
        runs: members,
      },
    ];
  });
}

/** What was trained, a folder by its name: its path is shown only where that is what differs. */
function namedWords(recipe: Recipe): string {
  return wordsOf({ ...recipe, dataset: recipe.name });
}

/** The results that are compared; undefined before the first epoch is done. */
export interface RunResult {
  lastError: number;
  bestError: number;
  testLoss: number;
  trainLoss: number;
  /** NaN where it was not recorded. */
  seconds: number;
}

export function resultOf({
  record: { history, times },
}: {
  record: Pick<TrainingRecord, 'history' | 'times'>;
}): RunResult | undefined {
  const [last, best] = [history.at(-1), bestOf(history)];
  if (last === undefined || best === undefined) return undefined;
  return {
    lastError: last.errorRate,
    bestError: best.errorRate,
    testLoss: last.validLoss,
    trainLoss: last.trainLoss,
    seconds:
      times.length === history.length ? times.reduce((sum, time) => sum + time.seconds, 0) : Number.NaN,
  };
}

export function resultsOf(group: RunGroup): RunResult[] {
  return group.runs.map(resultOf).filter((result) => result !== undefined);
}

/** Fields that are part of a name, or that follow from others. */
const IGNORED = /^(name|model|description|options\..*|seed)$/;

/** The fields in which recipes differ, each with its values in the recipes' order. */
export function differences(recipes: readonly Recipe[]): { field: string; values: (string | undefined)[] }[] {
  const flat = recipes.map((recipe) => new Map(flatten(recipe)));
  const isNamedApart = new Set(recipes.map(namedWords)).size === recipes.length;
  if (isNamedApart) return [];
  const fields = [...new Set(flat.flatMap((each) => [...each.keys()]))];
  return fields
    .filter((field) => !IGNORED.test(field))
    .map((field) => ({ field, values: flat.map((each) => each.get(field)) }))
    .filter(({ values }) => new Set(values).size > 1);
}

function flatten(value: object, prefix = ''): [field: string, value: string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    const field = prefix + key;
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      return flatten(inner, `${field}.`);
    return [[field, typeof inner === 'string' ? inner : JSON.stringify(inner)]];
  });
}
