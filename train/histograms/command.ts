import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { runsFolder } from '../../setup/paths.mjs';
import { writeWhole } from '../files/write-whole.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { findRun, readRecipe } from '../runs/run.ts';
import { histogramsPage } from './page.ts';
import { activationStatistics } from './statistics.ts';

export const histogramsCommand = defineCommand({
  meta: { name: 'histograms', description: 'Show what the layers of runs compute, on one page' },
  args: {
    run: { type: 'positional', required: false, description: 'Names of one or more runs' },
    out: { type: 'string', description: 'File of the page; beside the runs if left out' },
    runs: { type: 'string', description: 'Folder of the runs', default: runsFolder },
  },
  async run({ args }) {
    const names = [...new Set(args._)];
    if (names.length === 0)
      throw new UserError(
        'Name the runs to show, for example: npm run histograms 0001-conv-mnist 0002-conv-mnist',
      );
    const runs = names.map((name) => findRun(args.runs, name));
    const all = [];
    for (const run of runs) all.push(activationStatistics(run, await loadDataOf(readRecipe(run))));
    const path = args.out ?? join(args.runs, 'histograms.html');
    writeWhole(path, histogramsPage(all));
    console.log(path);
  },
});
