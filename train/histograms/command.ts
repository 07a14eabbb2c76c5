// `trainyard histograms`: what the layers of runs compute, on one page.

import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { command } from '../../setup/invocation.mjs';
import { pageOption, runsOption } from '../cli/runs-options.ts';
import { writeWhole } from '../files/write-whole.ts';

export const histogramsCommand = defineCommand({
  args: {
    run: { type: 'positional', required: false, description: 'Names of one or more runs' },
    ...pageOption,
    ...runsOption,
  },
  async run({ args }) {
    const names = [...new Set(args._)];
    if (names.length === 0)
      throw new UserError(
        `Name the runs to show, for example: ${command('histograms', ['0001-conv-mnist', '0002-conv-mnist'])}`,
      );
    const { findRun, readRecipe } = await import('../runs/run.ts');
    const runs = names.map((name) => findRun(args.runs, name));
    const { loadDataOf } = await import('../recipes/load-data.ts');
    const { activationStatistics } = await import('./statistics.ts');
    const { histogramsPage } = await import('./page.ts');
    const all = [];
    const progress = { say: console.log };
    for (const run of runs)
      all.push(await activationStatistics(run, await loadDataOf(readRecipe(run), undefined, progress)));
    const path = args.out ?? join(args.runs, 'histograms.html');
    writeWhole(path, histogramsPage(all));
    console.log(path);
  },
});
