// Servers that run as processes of their own.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** The program: `node <program> serve`. */
export const program = join(root, 'bin', 'trainyard.mjs');

export interface Listening {
  /** `http://host:port`. */
  readonly url: string;
  /** What has been printed so far. */
  readonly printed: () => string;
}

/**
 * Waits until a server has printed its address.
 *
 * @throws Error with what it printed when it ends before.
 */
export function listening(child: ChildProcess): Promise<Listening> {
  let printed = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        printed += chunk;
        const url = /(http:\S+)\/classify/.exec(printed)?.[1];
        if (url !== undefined) resolve({ url, printed: () => printed });
      });
    child.once('exit', () => reject(new Error(`the server ended and printed:\n${printed}`)));
  });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error(`listening on ${address}, not a port`);
  server.close();
  await once(server, 'close');
  return address.port;
}
