// The server as `npm run serve` starts it when set-up is done.
import packageJson from '../../../package.json' with { type: 'json' };
import { commandFile } from '../../../setup/paths.mjs';
import type { ServerProgram } from './server.ts';

/** Node's own options in the script, which stand before the first file. */
const nodeOptions = (/^exec node ((?:--\S+ )*)\S+\.mjs /.exec(packageJson.scripts.serve)?.[1] ?? '')
  .split(' ')
  .filter(Boolean);

/** @param options - of Node, beside those that the script gives it. */
export function serveProgram(args: readonly string[], options: readonly string[] = []): ServerProgram {
  return (port) => ({
    command: process.execPath,
    args: [...options, ...nodeOptions, commandFile, 'serve', ...args, '--port', String(port)],
  });
}
