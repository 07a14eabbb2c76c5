// The race's side: contenders as child processes that stay alive between turns and work one at a time.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { About, Turn } from './contender.ts';
import { disturbance, mark } from './quiet.ts';

/** A contender that is ready. */
export interface Child {
  about: About;
  /** Lets it work for so long. */
  turn(seconds: number): Promise<Turn & { disturbance: number }>;
  end(): Promise<void>;
}

export interface Program {
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A TypeScript contender of `test/bench`. */
export function node(file: string, ...args: string[]): Program {
  return { command: process.execPath, args: ['--import', 'tsx', file, ...args] };
}

/**
 * Starts a contender and waits until it is ready.
 * @throws Error with the end of what it wrote to standard error when it ends instead.
 */
export async function start({ command, args, env = {} }: Program): Promise<Child> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) {
        await ended(child);
        const how = child.signalCode ?? `code ${child.exitCode}`;
        throw new Error(`${command} ${args.join(' ')} ended with ${how}:\n${errors}`);
      }
      if (value.startsWith('{')) return JSON.parse(value) as unknown;
    }
  };
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const { ready } = (await read()) as { ready: About };
  return {
    about: ready,
    async turn(seconds) {
      const before = mark(pid);
      child.stdin.write(`${JSON.stringify({ seconds })}\n`);
      const turn = (await read()) as Turn;
      return { ...turn, disturbance: disturbance(before, mark(pid)) };
    },
    async end() {
      child.stdin.end();
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
