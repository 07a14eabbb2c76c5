// `trainyard completion`: prints a script with which a shell completes commands, options and the names of recipes.
import { basename } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { oneOf } from '../../models/nearest.ts';
import type { AnyCommand, Command } from '../command.ts';
import { bash } from './bash.ts';
import { describeCommands } from './commands.ts';
import { fish } from './fish.ts';
import { zsh } from './zsh.ts';

const shells = { bash, zsh, fish };
const names = Object.keys(shells) as (keyof typeof shells)[];

/** @param commands - those that there are. */
export const completionCommand = (commands: readonly Command[]): AnyCommand =>
  defineCommand({
    args: {
      shell: {
        type: 'positional',
        required: false,
        description: `${names.join(', ')}; the one that SHELL names if left out`,
      },
    },
    async run({ args }) {
      const script = shells[oneOf('completion', names, args.shell ?? ofEnvironment())];
      process.stdout.write(script(await describeCommands(commands)));
    },
  });

function ofEnvironment(): string {
  const shell = basename(process.env.SHELL ?? '');
  if (shell !== '') return shell;
  throw new UserError(`Name the shell: ${names.join(', ')}. SHELL is not set here.`);
}
