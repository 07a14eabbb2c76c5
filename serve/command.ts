// `trainyard serve`: the command line's options of the server.
import { defineCommand } from 'citty';
import { UserError } from '../models/errors.ts';
import { pageFolder, repositoryFolder } from '../setup/paths.mjs';

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Serve the models of the repository, and the page, over HTTP' },
  args: {
    host: { type: 'string', description: 'Address to listen on; 0.0.0.0 is all', default: '127.0.0.1' },
    port: { type: 'string', description: 'Port to listen on; 0 takes a free one', default: '3000' },
    repository: { type: 'string', description: 'Folder of the models', default: repositoryFolder },
    model: { type: 'string', description: 'Serve this model alone' },
    threads: { type: 'string', description: 'Threads that run models (default: one for each processor)' },
  },
  async run({ args }) {
    const { serve } = await import('./main.ts');
    await serve({
      host: args.host,
      port: wholeNumber('port', args.port, 0, 65_535),
      repository: args.repository,
      model: args.model,
      threads: args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024),
      page: pageFolder,
    });
  },
});

/** @throws UserError that names the option, what was received and what is expected. */
function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UserError(`--${option}: received "${text}", expected a whole number from ${least} to ${most}`);
}
