// `trainyard serve`: the command line's options of the server.
import { defineCommand } from 'citty';
import { portNumber, wholeNumber } from '../models/whole-number.ts';
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
      port: portNumber(args.port),
      repository: args.repository,
      model: args.model,
      threads: args.threads === undefined ? undefined : wholeNumber('threads', args.threads, 1, 1024),
      page: pageFolder,
    });
  },
});
