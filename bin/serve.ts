// `trainyard serve` by itself, which is compiled: it starts without the TypeScript loader, and without the other commands.
import { serveCommand } from '../serve/command.ts';
import { explain, run } from './run.ts';

/** @param args - what follows the name of the command. */
export const main = (args: readonly string[]): Promise<void> => explain(() => run(serveCommand, args));
