// `trainyard report`: makes the report of a run again.
import { defineCommand } from 'citty';
import { runsFolder } from '../../setup/paths.mjs';
import { findRun } from '../runs/run.ts';
import { makeReport } from './index.ts';

export const reportCommand = defineCommand({
  meta: { name: 'report', description: 'Make the report of a run again, as one HTML file' },
  args: {
    run: { type: 'positional', required: false, description: 'Name of the run; the newest if left out' },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    const started = performance.now();
    const path = await makeReport(findRun(args.runs, args.run));
    console.log(`${path} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  },
});
