// `trainyard results`: makes RESULTS.md from the run folders.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { root, runsFolder } from '../../setup/paths.mjs';
import { TEMPORARY } from '../safetensors.ts';
import { finishedRuns } from './collect.ts';
import { resultsMarkdown } from './markdown.ts';

export const resultsCommand = defineCommand({
  meta: { name: 'results', description: 'Make RESULTS.md from the finished runs' },
  args: {
    out: { type: 'string', description: 'File to write', default: join(root, 'RESULTS.md') },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    const runs = finishedRuns(args.runs);
    writeFileSync(`${args.out}${TEMPORARY}`, resultsMarkdown(runs));
    renameSync(`${args.out}${TEMPORARY}`, args.out);
    console.log(`${args.out}, from ${runs.length} finished runs in ${args.runs}`);
  },
});
