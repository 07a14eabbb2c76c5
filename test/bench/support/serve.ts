// The server as `npm run serve` starts it when set-up is done.
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { root } from '../../../setup/paths.mjs';

/** Node's arguments, with its options, as far as the command's own. */
export const serveArgs: readonly string[] = (packageJson.scripts.serve.split(' && node ').at(-1) ?? '')
  .split(' ')
  .map((arg) => (arg.startsWith('bin/') ? join(root, arg) : arg));
