// `trainyard help`: the commands, or the options of one.
import { defineCommand } from 'citty';
import type { AnyCommand, Command } from './command.ts';
import { findCommand } from './find-command.ts';
import { overview } from './help.ts';
import { run } from './run.ts';

/** @param commands - those that there are. */
export const helpCommand = (commands: readonly Command[]): AnyCommand =>
  defineCommand({
    args: {
      command: { type: 'positional', required: false, description: 'Name of a command; all if left out' },
    },
    async run({ args }) {
      if (args.command === undefined) console.log(overview(commands));
      else await run(findCommand(commands, args.command), ['--help']);
    },
  });
