// `trainyard serve` by itself, which is compiled: it starts without the TypeScript loader, and without the other commands.
import type { Command } from './command.ts';
import { explain, run } from './run.ts';

export const serve: Command = {
  name: 'serve',
  group: 'Serve',
  description: 'Serve the models of the repository over HTTP, and a page to try them',
  examples: [
    { words: [] },
    { words: ['--port', '8000', '--host', '0.0.0.0'], does: 'For other machines, too' },
    { words: ['--check'], does: 'Check the models, and end' },
  ],
  usesWork: true,
  load: async () => (await import('../serve/command.ts')).serveCommand,
};

/** @param words - what follows the name of the command. */
export const main = (words: readonly string[]): Promise<void> => explain(() => run(serve, words));
