// `trainyard compare`: several runs on one page, and whether they differ by more than chance.
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../../models/errors.ts';
import { runsFolder } from '../../../setup/paths.mjs';
import { findRun, type Run } from '../../runs/run.ts';
import { percent } from '../format.ts';
import { deviation, mean } from '../statistics.ts';
import { resultsOf } from './groups.ts';
import { type Comparison, compareRuns, writeComparison } from './index.ts';

export const compareCommand = defineCommand({
  meta: {
    name: 'compare',
    description: 'Compare runs on one page; runs that differ in their seed are one group',
  },
  args: {
    run: { type: 'positional', required: false, description: 'Names of two or more runs' },
    out: { type: 'string', description: 'File of the page; beside the runs if left out' },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    const names = [...new Set(args._)];
    if (names.length < 2)
      throw new UserError(
        `Name two runs or more, for example: npm run compare 0001-digits 0002-digits. Received ${names.length}.`,
      );
    const runs = names.map((name) => findRun(args.runs, name));
    console.log(await report(args.runs, runs, args.out));
  },
});

/** Compares runs, writes the page into their folder, and says in a few lines what is in it. */
export async function report(folder: string, runs: readonly Run[], out?: string): Promise<string> {
  const comparison = await compareRuns(runs);
  const path = writeComparison(out ?? join(folder, fileName(runs)), comparison);
  return [summary(comparison), `Page: ${path}`].join('\n');
}

function summary({ groups, verdicts }: Comparison): string {
  const lines = groups.map((group) => {
    const errors = resultsOf(group).map(({ lastError }) => lastError);
    const spread = errors.length > 1 ? ` ± ${percent(deviation(errors))}` : '';
    return `  ${group.name}: ${errors.length > 0 ? percent(mean(errors)) : '–'}${spread} (n = ${errors.length})`;
  });
  const judged = verdicts.map(({ other, text }) => `  ${other.name}: ${text}`);
  return [
    'Test error after the last epoch:',
    ...lines,
    ...(judged.length > 0 ? [`Against ${groups[0]?.name}:`, ...judged] : []),
  ].join('\n');
}

function fileName(runs: readonly Run[]): string {
  const names = runs.map(({ name }) => name);
  const numbers = names.map((name) => Number.parseInt(name, 10));
  return names.length <= 3 ? `compare-${names.join('-')}.html` : `compare-${numbers.join('-')}.html`;
}
