// `trainyard report`: makes the report of a run again.

import { defineCommand } from 'citty';
import { runsOption } from '../cli/runs-options.ts';

export const reportCommand = defineCommand({
  args: {
    run: { type: 'positional', required: false, description: 'Name of the run; the newest if left out' },
    ...runsOption,
  },
  async run({ args }) {
    const { findRun } = await import('../runs/run.ts');
    const run = findRun(args.runs, args.run);
    const { makeReport } = await import('./index.ts');
    const started = performance.now();
    const path = await makeReport(run, { say: console.log });
    console.log(`${path} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  },
});
