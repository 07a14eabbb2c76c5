// `trainyard compare`: several runs on one page, and whether they differ by more than chance.

import { defineCommand } from 'citty';
import { UserError } from '../../../models/errors.ts';
import { command } from '../../../setup/invocation.mjs';
import { pageOption, runsOption } from '../../cli/runs-options.ts';

export const compareCommand = defineCommand({
  args: {
    run: { type: 'positional', required: false, description: 'Names of two or more runs' },
    ...pageOption,
    ...runsOption,
  },
  async run({ args }) {
    const names = [...new Set(args._)];
    if (names.length < 2)
      throw new UserError(
        `Name two runs or more, for example: ${command('compare', ['0001-digits', '0002-digits'])}. Received ${names.length}.`,
      );
    const { findRun } = await import('../../runs/run.ts');
    const runs = names.map((name) => findRun(args.runs, name));
    const { reportComparison } = await import('./report.ts');
    console.log(await reportComparison(args.runs, runs, args.out));
  },
});
