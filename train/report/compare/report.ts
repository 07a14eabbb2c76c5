// Compares runs: writes the page, and says in a few lines what is in it.

import { join } from 'node:path';
import { heldOutTitle } from '../../../models/held-out.ts';
import { namesOfRuns } from '../../runs/names-of-runs.ts';
import type { Run } from '../../runs/run.ts';
import { percent } from '../format.ts';
import { deviation, mean } from '../statistics.ts';
import { resultsOf } from './groups.ts';
import { type Comparison, compareRuns, writeComparison } from './index.ts';

/** Compares runs, writes the page into their folder, and says in a few lines what is in it. */
export async function reportComparison(folder: string, runs: readonly Run[], out?: string): Promise<string> {
  const comparison = await compareRuns(runs);
  const path = writeComparison(out ?? join(folder, `compare-${namesOfRuns(runs)}.html`), comparison);
  return [summary(comparison), `Page: ${path}`].join('\n');
}

function summary({ groups, verdicts, notes }: Comparison): string {
  const lines = groups.map((group) => {
    const errors = resultsOf(group).map(({ lastError }) => lastError);
    return `  ${group.name}: ${errors.length > 0 ? percent(mean(errors)) : '–'}${spreadOf(errors)} (n = ${errors.length})`;
  });
  const tests = groups.flatMap((group) => {
    const errors = resultsOf(group).flatMap(({ testError }) => testError ?? []);
    return errors.length === 0
      ? []
      : [`  ${group.name}: ${percent(mean(errors))}${spreadOf(errors)} (n = ${errors.length})`];
  });
  const judged = verdicts.map(({ other, text }) => `  ${other.name}: ${text}`);
  return [
    `${heldOutTitle(groups[0]?.recipe)} error after the last epoch:`,
    ...lines,
    ...(tests.length > 0 ? ['Test error of the best epoch:', ...tests] : []),
    ...notes,
    ...(judged.length > 0 ? [`Against ${groups[0]?.name}:`, ...judged] : []),
  ].join('\n');
}

function spreadOf(errors: readonly number[]): string {
  return errors.length > 1 ? ` ± ${percent(deviation(errors))}` : '';
}
