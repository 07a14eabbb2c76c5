// `trainyard results`: RESULTS.md from the finished runs, those that are kept as lines included.

import { join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { workFolder } from '../../setup/paths.mjs';
import { runsOption } from '../cli/runs-options.ts';
import { writeWhole } from '../files/write-whole.ts';

export const resultsCommand = defineCommand({
  args: {
    out: {
      type: 'string',
      valueHint: 'file',
      description: "File to write; the checkout's RESULTS.md for its own runs, else one among the runs",
    },
    ...runsOption,
    kept: {
      type: 'string',
      valueHint: 'file',
      description:
        "File that keeps a line of each run that a row needs; docs/results.jsonl for the checkout's own runs",
    },
  },
  async run({ args }) {
    const own = resolve(args.runs) === join(workFolder, 'runs');
    const out = args.out ?? (own ? join(workFolder, 'RESULTS.md') : join(args.runs, 'RESULTS.md'));
    const kept =
      args.kept ?? (own ? join(workFolder, 'docs', 'results.jsonl') : join(args.runs, 'results.jsonl'));
    const { finishedRuns, keep, readKept } = await import('./kept.ts');
    const { resultsMarkdown } = await import('./markdown.ts');
    const found = finishedRuns(args.runs);
    const runs = keep(readKept(kept), found);
    writeWhole(kept, runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
    writeWhole(out, resultsMarkdown(runs));
    console.log(
      `${out}, from ${runs.length} runs that its rows need; ${found.length} finished ones are in ${args.runs}`,
    );
  },
});
