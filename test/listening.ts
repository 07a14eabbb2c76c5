// Servers that run as processes of their own.
import type { ChildProcess } from 'node:child_process';
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
