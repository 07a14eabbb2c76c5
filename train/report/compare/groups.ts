// Runs side by side: those of the same recipe and data, that differ in their seed alone, are one group; groups are named by
// how they differ.
import { canonicalJson } from '../../../models/canonical.ts';
import { drawOf, withoutDraw } from '../../folds/fold-recipes.ts';
import { type Recipe, wordsOf } from '../../recipes/index.ts';
import { bestOf } from '../../runs/checkpoint.ts';
import type { RunData } from '../../runs/data.ts';
import type { Run } from '../../runs/run.ts';
import { plainErrorOf } from '../../tasks/words.ts';
import { type Facts, readRun } from '../facts.ts';
import { many } from '../format.ts';
import type { TrainingRecord } from '../record.ts';

/** What is compared of a run. */
export type ComparedRun = Pick<Facts, 'run' | 'recipe' | 'record' | 'state' | 'environment'> & {
  readonly data?: RunData;
};

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
    const key = canonicalJson([withoutDraw(compared.recipe), dataOf(compared)]);
    groups.set(key, [...(groups.get(key) ?? []), compared]);
  }
  const firsts = [...groups.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  const differing = [...differences(firsts.map(({ recipe }) => recipe)), ...dataDifferences(firsts)];
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

/** What data a run is of. Of folds the parts are others in each: how many pictures there are, and the test. */
function dataOf({ recipe, data }: ComparedRun): unknown {
  if (recipe.folder?.fold === undefined) return data?.digests ?? {};
  const { images, digests } = data ?? {};
  return [images && images.train + images.validation, digests?.test ?? ''];
}

/** The splits in which runs were trained or measured on other pictures. */
function dataDifferences(firsts: readonly ComparedRun[]): { field: string; values: string[] }[] {
  return [
    { field: 'training pictures', split: 'train' as const },
    { field: 'validation pictures', split: 'validation' as const },
  ].flatMap(({ field, split }) => {
    const known = firsts.flatMap(({ data }) => data?.digests[split] ?? []);
    if (new Set(known).size < 2) return [];
    return [{ field, values: firsts.map(({ data }) => (data === undefined ? '?' : pictures(data, split))) }];
  });
}

/** `120 (SHA-256 1a2b3c4d)`: how many, and which. */
function pictures({ digests, images }: RunData, split: 'train' | 'validation'): string {
  const digest = `SHA-256 ${digests[split].slice(0, 8)}`;
  return images === undefined ? digest : `${images[split]} (${digest})`;
}

/** Whether the errors of two groups are of the same pictures, as far as is known. */
export function areComparable(a: RunGroup, b: RunGroup): boolean {
  const first = a.runs.find(({ data }) => data);
  if (first === undefined) return true;
  // Of folds the same one of each.
  const at = first.recipe.folder?.fold?.at;
  const second = b.runs.find(({ data, recipe }) => data && recipe.folder?.fold?.at === at);
  const isKnown = b.runs.some(({ data }) => data);
  return !isKnown || first.data?.digests.validation === second?.data?.digests.validation;
}

/**
 * The runs of a group that count: those that have ended, if any has, and of several with one seed and fold, which is one draw
 * of chance, the last.
 */
export function countedRuns({ runs }: RunGroup): ComparedRun[] {
  const ended = runs.filter(({ state }) => state === 'finished');
  const byDraw = new Map((ended.length > 0 ? ended : runs).map((run) => [drawOf(run.recipe), run]));
  return [...byDraw.values()];
}

/** What was trained, a folder by its name: its path is shown only where that is what differs. */
function namedWords(recipe: Recipe): string {
  const { options } = withoutDraw(recipe);
  return wordsOf({ ...recipe, dataset: recipe.name, ...(options && { options }) });
}

/** The results that are compared; undefined before the first epoch is done. */
export interface RunResult {
  lastError: number;
  bestError: number;
  /** Of the pictures that validate. */
  heldOutLoss: number;
  /** Of the best checkpoint on pictures by which nothing was chosen; absent where there are none, or it has not ended. */
  testError?: number;
  trainLoss: number;
  /** NaN where it was not recorded. */
  seconds: number;
}

export function resultOf({
  record: { history, times, tested },
}: {
  record: Pick<TrainingRecord, 'history' | 'times' | 'tested'>;
}): RunResult | undefined {
  const [last, best] = [history.at(-1), bestOf(history)];
  if (last === undefined || best === undefined) return undefined;
  return {
    lastError: plainErrorOf(last),
    bestError: plainErrorOf(best),
    heldOutLoss: last.validLoss,
    ...(tested && { testError: plainErrorOf(tested.best) }),
    trainLoss: last.trainLoss,
    seconds:
      times.length === history.length ? times.reduce((sum, time) => sum + time.seconds, 0) : Number.NaN,
  };
}

export function resultsOf(group: RunGroup): RunResult[] {
  return countedRuns(group)
    .map(resultOf)
    .filter((result) => result !== undefined);
}

/** Fields that are part of a name, or that follow from others. */
const IGNORED = /^(name|model|description|options\..*|seed|folder\.fold\.at)$/;

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

/** `3 epochs, to step 120`: what a run was to be before it was given more epochs. */
function formerInWords(former: NonNullable<Recipe['formerLengths']>): string {
  return former.map(({ epochs, until }) => `${many(epochs, 'epoch')}, to step ${until}`).join('; ');
}

function flatten(value: object, prefix = ''): [field: string, value: string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    const field = prefix + key;
    if (field === 'formerLengths' && Array.isArray(inner))
      return [['planned at first', formerInWords(inner)]];
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      return flatten(inner, `${field}.`);
    return [[field, typeof inner === 'string' ? inner : JSON.stringify(inner)]];
  });
}
