// The command line: finds the command that the first word names, and runs it.

import { version } from '../setup/paths.mjs';
import { commands } from './commands.ts';
import { findCommand } from './find-command.ts';
import { overview } from './help.ts';
import { explain, run } from './run.ts';

/** Runs `trainyard <words>`; sets the exit status of the process. */
export function main(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words;
  return explain(async () => {
    if (name === undefined || name === '--help' || name === '-h') return console.log(overview(commands));
    if (name === '--version' || name === '-v') return console.log(version);
    await run(findCommand(commands, name), rest);
  });
}
