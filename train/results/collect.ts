// The finished runs that belong to a row of RESULTS.md: of its recipe as it stands, seeds, precision and budget aside.

import { canonicalJson } from '../../models/canonical.ts';
import type { DataDigests } from '../datasets/digests.ts';
import type { Row } from '../recipes/published.ts';
import { resultOf } from '../report/compare/groups.ts';
import { deviation, mean } from '../report/statistics.ts';
import { plainErrorOf } from '../tasks/words.ts';
import { type Finished, isOfRow, recipeOf } from './kept.ts';

/** The results of the runs of a row at one budget, after the last epoch. */
export interface Outcome {
  /** Seconds; undefined at full length. */
  budget: number | undefined;
  /** Of training, on the average of the seeds. */
  steps: number;
  errors: readonly number[];
  losses: readonly number[];
  /** With test-time augmentation; empty where the recipe has none. */
  ttaErrors: readonly number[];
  /** Wall time of the epochs, seconds; NaN where it was not recorded. */
  seconds: number;
  /** What it would have been at the pace of the fastest epoch of all; NaN where it was not recorded, or where stages differ. */
  fastest: number;
  precisions: readonly string[];
  machines: readonly string[];
}

/** The outcomes of `row`: first at full length, then at each budget; none where nothing was run. */
export function outcomesOf(row: Row, runs: readonly Finished[]): Outcome[] {
  const own = recipeOf(row);
  const members = runs.filter(({ recipe }) => isOfRow(recipe, own));
  const budgets = [...new Set(members.flatMap(({ recipe }) => recipe.budget ?? []))].sort((a, b) => a - b);
  return [undefined, ...budgets].flatMap((budget) => {
    const ofBudget = ofOneData(members.filter(({ recipe }) => recipe.budget === budget));
    return ofBudget.length === 0 ? [] : [outcome(budget, ofBudget)];
  });
}

/** Those of the data that most of them are of: numbers of different pictures have no mean. */
function ofOneData(members: readonly Finished[]): readonly Finished[] {
  const groups = new Map<string, Finished[]>();
  for (const member of members) {
    const key = member.data === undefined ? 'null' : dataOf(member.data.digests);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  // Lines of earlier versions do not say which: they stay as long as there is nothing that they could differ from.
  const known = groups.size - (groups.has('null') ? 1 : 0);
  if (known < 2) return members;
  return [...groups.values()].reduce((most, group) => (group.length >= most.length ? group : most));
}

/** What was trained on and tested with: what validated decides neither. */
function dataOf({ train, validation, test = validation }: DataDigests): string {
  return canonicalJson([train, test]);
}

function outcome(budget: number | undefined, members: readonly Finished[]): Outcome {
  // A seed that was trained twice counts once, the last time.
  const bySeed = new Map(members.map((member) => [member.recipe.seed, member]));
  const used = [...bySeed.values()];
  const results = used.flatMap((member) => resultOf(member) ?? []);
  return {
    budget,
    steps: mean(used.map(({ record }) => record.history.at(-1)?.step ?? Number.NaN)),
    errors: used.map((member) => testOf(member).errorRate),
    losses: used.map((member) => testOf(member).loss),
    ttaErrors: used.flatMap((member) => testOf(member).tta ?? []),
    seconds: mean(results.map(({ seconds }) => seconds)),
    // Epochs on cached features take a moment: they are no pace for the others.
    fastest: used.some(({ recipe }) => recipe.freeze !== undefined) ? Number.NaN : atBest(used),
    precisions: [...new Set(used.map(({ recipe }) => recipe.precision))],
    machines: [...new Set(used.map(({ environment }) => machineOf(environment)))],
  };
}

/** What the test images gave after the last epoch: at the end, or where they are looked at after each epoch, then. */
function testOf({ record: { history, tested } }: Finished): {
  errorRate: number;
  loss: number;
  tta?: number;
} {
  if (tested !== undefined) {
    const { loss, tta } = tested.last;
    return { errorRate: plainErrorOf(tested.last), loss, ...(tta && { tta: plainErrorOf(tta) }) };
  }
  const row = history.at(-1);
  if (row === undefined) return { errorRate: Number.NaN, loss: Number.NaN };
  const { validLoss: loss, tta } = row;
  return { errorRate: plainErrorOf(row), loss, ...(tta && { tta: plainErrorOf(tta) }) };
}

/** Epochs end when the last step does, so the last may be short: each is judged by its images per second. */
function atBest(members: readonly Finished[]): number {
  const times = members.map(({ record }) => record.times);
  const best = Math.max(...times.flat().map(({ imagesPerSecond }) => imagesPerSecond));
  const scaled = times.map((own) =>
    own.reduce((sum, { seconds, imagesPerSecond }) => sum + (seconds * imagesPerSecond) / best, 0),
  );
  return times.flat().length === 0 ? Number.NaN : mean(scaled);
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
