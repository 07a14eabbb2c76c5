// `trainyard results`: RESULTS.md from the finished runs, those that are kept as lines included.

import { join } from 'node:path';
import { defineCommand } from 'citty';
import { workFolder } from '../../setup/paths.mjs';
import { runsOption } from '../cli/runs-options.ts';
import { writeWhole } from '../files/write-whole.ts';

export const resultsCommand = defineCommand({
  args: {
    out: {
      type: 'string',
      valueHint: 'file',
      description: 'File to write',
      default: join(workFolder, 'RESULTS.md'),
    },
    ...runsOption,
    kept: {
      type: 'string',
      valueHint: 'file',
      description: 'File that keeps a line of each run that a row needs',
      default: join(workFolder, 'docs', 'results.jsonl'),
    },
  },
  async run({ args }) {
    const { finishedRuns, keep, readKept } = await import('./kept.ts');
    const { resultsMarkdown } = await import('./markdown.ts');
    const found = finishedRuns(args.runs);
    const runs = keep(readKept(args.kept), found);
    writeWhole(args.kept, runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
    writeWhole(args.out, resultsMarkdown(runs));
    console.log(
      `${args.out}, from ${runs.length} runs that its rows need; ${found.length} finished ones are in ${args.runs}`,
    );
  },
});
