// The command that a word names.
import { unknown } from './check-words.ts';
import type { Command } from './command.ts';

/** @throws UserError for another word; it says which command may have been meant. */
export function findCommand(commands: readonly Command[], word: string): Command {
  const found = commands.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const names = commands.map(({ name }) => name);
  throw unknown('command', word, names);
}
