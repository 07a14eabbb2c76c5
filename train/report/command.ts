// `trainyard report`: makes the report of a run again.

import { join } from 'node:path';
import { defineCommand } from 'citty';
import { runsOption } from '../cli/runs-options.ts';

export const reportCommand = defineCommand({
  args: {
    run: {
      type: 'positional',
      required: false,
      description: 'Name of the run; the newest if left out. Of a fit, its folder',
    },
    ...runsOption,
  },
  async run({ args }) {
    const started = performance.now();
    const path = await reportOf(args.runs, args.run);
    console.log(`${path} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  },
});

/** Makes the page of a run: of a fit where its folder is named. @returns the page's path */
async function reportOf(runs: string, name: string | undefined): Promise<string> {
  const { isModelRun } = await import('../layers-model/record.ts');
  const { makeModelReport } = await import('../layers-model/report.ts');
  const folder = name === undefined ? undefined : [name, join(runs, name)].find(isModelRun);
  if (folder !== undefined) return makeModelReport(folder);
  const { findRun } = await import('../runs/run.ts');
  const run = findRun(runs, name);
  const { makeReport } = await import('./index.ts');
  return makeReport(run, { say: console.log });
}
