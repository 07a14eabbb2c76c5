// A Ray cluster of two nodes with one processor each, as processes of this machine on loopback, one of which can be killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hasEnvironment, pythonOf } from '../setup/install/python-environments.mjs';
import { root } from '../setup/paths.mjs';
import { freePort } from './listening.ts';

export const hasRay = hasEnvironment('ray');

/** Why tests are skipped without it. */
export const noRay = 'Ray is not there: node setup/main.mjs --for ci fetches it';

export interface RayCluster {
  /** `ray://127.0.0.1:port` */
  readonly address: string;
  /**
   * Kills one node without grace as soon as it runs a task of this name.
   *
   * @param made - not before the task has made a file of this pattern beside one that it has open.
   * @returns the title of the process that ran it; `nothing` when the cluster was closed before.
   */
  killAtWork(task: string, made?: string): Promise<string>;
  close(): Promise<void>;
}

/** @throws Error when it does not start. */
export async function startCluster(): Promise<RayCluster> {
  const port = await freePort();
  const nodes = spawn(pythonOf('ray'), [join(root, 'test/two_nodes.py'), String(port)]);
  nodes.stderr.resume();
  const lines = createInterface({ input: nodes.stdout })[Symbol.asyncIterator]();
  const said = async () => String((await lines.next()).value);
  const close = async () => {
    if (nodes.exitCode !== null) return;
    const ended = once(nodes, 'close');
    nodes.stdin.end();
    await ended;
  };
  const first = await said();
  if (first !== 'ready') throw new Error(`the cluster said ${first}`);
  return {
    address: `ray://127.0.0.1:${port}`,
    killAtWork(task, made = '') {
      nodes.stdin.write(`${JSON.stringify({ task, made })}\n`);
      return said();
    },
    close,
  };
}
