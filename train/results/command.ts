import { join } from 'node:path';
import { defineCommand } from 'citty';
import { runsFolder, workFolder } from '../../setup/paths.mjs';
import { writeWhole } from '../files/write-whole.ts';
import { finishedRuns, keep, readKept } from './kept.ts';
import { resultsMarkdown } from './markdown.ts';

export const resultsCommand = defineCommand({
  meta: { name: 'results', description: 'Make RESULTS.md from the finished runs' },
  args: {
    out: { type: 'string', description: 'File to write', default: join(workFolder, 'RESULTS.md') },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
    kept: {
      type: 'string',
      description: 'File that keeps a line of each run that a row needs',
      default: join(workFolder, 'docs', 'results.jsonl'),
    },
  },
  async run({ args }) {
    const found = finishedRuns(args.runs);
    const runs = keep(readKept(args.kept), found);
    writeWhole(args.kept, runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
    writeWhole(args.out, resultsMarkdown(runs));
    console.log(
      `${args.out}, from ${runs.length} runs that its rows need; ${found.length} finished ones are in ${args.runs}`,
    );
  },
});
