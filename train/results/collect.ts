// The finished runs that belong to a row of RESULTS.md: of its recipe as it stands, seeds, precision and budget aside.
import { canonicalJson } from '../../models/canonical.ts';
import { findRecipe, type Recipe } from '../recipes/index.ts';
import { type Compared, resultOf } from '../report/compare/groups.ts';
import { readRun } from '../report/facts.ts';
import { deviation, mean } from '../report/statistics.ts';
import { listRuns } from '../run.ts';
import type { Row } from './rows.ts';

/** The finished runs in `folder`, oldest first. */
export function finishedRuns(folder: string): Compared[] {
  return listRuns(folder)
    .map(readRun)
    .filter(({ state }) => state === 'finished');
}

/** What the runs of a row at one budget came to, after the last epoch. */
export interface Outcome {
  /** Seconds; undefined at full length. */
  budget: number | undefined;
  errors: readonly number[];
  losses: readonly number[];
  /** With test-time augmentation; empty where the recipe has none. */
  ttaErrors: readonly number[];
  /** Wall time of the epochs, seconds; NaN where it was not recorded. */
  seconds: number;
  precisions: readonly string[];
  machines: readonly string[];
}

/** The outcomes of `row`: first at full length, then at each budget; none where nothing was run. */
export function outcomesOf(row: Row, runs: readonly Compared[]): Outcome[] {
  const own = findRecipe(row.recipe, {}, row.options);
  const members = runs.filter(({ recipe }) => {
    const isWhole = recipe.budget === undefined;
    return identity(recipe, isWhole) === identity(own, isWhole);
  });
  const budgets = [...new Set(members.map(({ recipe }) => recipe.budget))].sort(
    (a, b) => (a ?? 0) - (b ?? 0),
  );
  return budgets.map((budget) =>
    outcome(
      budget,
      members.filter(({ recipe }) => recipe.budget === budget),
    ),
  );
}

function outcome(budget: number | undefined, members: readonly Compared[]): Outcome {
  // A seed that was trained twice counts once, the last time.
  const bySeed = new Map(members.map((member) => [member.recipe.seed, member]));
  const used = [...bySeed.values()];
  const results = used.flatMap((member) => resultOf(member) ?? []);
  return {
    budget,
    errors: results.map(({ lastError }) => lastError),
    losses: results.map(({ testLoss }) => testLoss),
    ttaErrors: used.flatMap(({ record }) => record.history.at(-1)?.tta?.errorRate ?? []),
    seconds: mean(results.map(({ seconds }) => seconds)),
    precisions: [...new Set(used.map(({ recipe }) => recipe.precision))],
    machines: [...new Set(used.map(({ environment }) => machineOf(environment)))],
  };
}

/** What has to be equal for two runs to belong together, as text. */
function identity(recipe: Recipe, withSteps: boolean): string {
  const { seed: _seed, precision: _precision, budget: _budget, steps, ...rest } = recipe;
  return canonicalJson(withSteps && steps !== undefined ? { ...rest, steps } : rest);
}

function machineOf(environment: Readonly<Record<string, unknown>>): string {
  const { cores, cpu, device, node, tensorflow } = environment;
  return `${device === 'gpu' ? 'GPU, ' : ''}${cores} cores, ${cpu}, Node ${node}, TensorFlow ${tensorflow}`;
}

/** `97.29 % ± 0.05 (n = 3)`, of accuracies. */
export function accuracyInWords(errors: readonly number[]): string {
  const spread = errors.length > 1 ? ` ± ${(deviation(errors) * 100).toFixed(2)}` : '';
  return `${((1 - mean(errors)) * 100).toFixed(2)} %${spread} (n = ${errors.length})`;
}
