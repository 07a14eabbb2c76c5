// The server as `npm run serve` starts it when set-up is done.
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { root } from '../../../setup/paths.mjs';
import type { ServerProgram } from './server.ts';

/** Node's arguments, with its options, as far as the command's own. */
const own = (packageJson.scripts.serve.split(' && node ').at(-1) ?? '')
  .split(' ')
  .map((arg) => (arg.startsWith('bin/') ? join(root, arg) : arg));

/** @param options - of Node, beside those that the script gives it. */
export function serveProgram(args: readonly string[], options: readonly string[] = []): ServerProgram {
  return (port) => ({
    command: process.execPath,
    args: [...options, ...own, ...args, '--port', String(port)],
  });
}
