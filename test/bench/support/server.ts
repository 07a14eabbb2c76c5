// A server under test as a child process: started until it answers, measured, and ended with all its family.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../listening.ts';
import type { Program } from './child.ts';
import { cpuOf, memoryOf, treeOf } from './process-tree.ts';

/** How to start a server on a port. */
export type ServerProgram = (port: number) => Program & { readonly cwd?: string };

/** A server that has answered. */
export interface Server {
  /** Where pictures are posted. */
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process to its first good answer. */
  readonly coldStart: number;
  /** Bytes of the process and its descendants, now. */
  memory(): number;
  /** CPU seconds of the process and its descendants so far. */
  cpu(): number;
  /** The end of what it printed. */
  printed(): string;
  /** Sends a signal to the process, not to its family. */
  signal(name: NodeJS.Signals): void;
  /** Stops the process and its descendants until `resume`: some servers look for work all the time when there is none. */
  pause(): void;
  resume(): void;
  /** Resolves when the process has ended, by itself or by a signal. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  end(): Promise<void>;
}

/** Milliseconds between two tries to get a first answer. */
const TRY_EVERY = 10;

/** Milliseconds in which a server must have answered. */
const START_WITHIN = 60_000;

/** Milliseconds to end by itself. */
const END_WITHIN = 15_000;

/** Characters of what a server printed that are kept. */
const KEPT = 4000;

/**
 * Starts a server and waits for its first good answer.
 *
 * @param first - a request that it must answer with 200.
 * @throws Error with the end of what it printed, when it ends or does not answer in a minute.
 */
export async function startServer(
  program: ServerProgram,
  first: (url: string) => Promise<Response>,
): Promise<Server> {
  const port = await freePort();
  const { command, args, env = {}, cwd } = program(port);
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true, // a process group of its own, which end() ends
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-KEPT);
    });
  }
  endWithUs(pid);
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const url = `http://127.0.0.1:${port}/classify`;
  while (!(await answers(url, first))) {
    const late = performance.now() - started > START_WITHIN;
    if (late || child.exitCode !== null) {
      await end(child, pid);
      throw new Error(
        `${command} ${args.join(' ')} ${late ? 'does not answer' : 'ended'} and printed:\n${printed}`,
      );
    }
    await sleep(TRY_EVERY);
  }
  return {
    url,
    pid,
    coldStart: performance.now() - started,
    memory: () => memoryOf(pid),
    cpu: () => cpuOf(pid),
    printed: () => printed,
    signal: (name) => void child.kill(name),
    pause: () => signalTree(pid, 'SIGSTOP'),
    resume: () => signalTree(pid, 'SIGCONT'),
    ended,
    end: () => end(child, pid),
  };
}

async function answers(url: string, first: (url: string) => Promise<Response>): Promise<boolean> {
  try {
    const response = await first(url);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false; // nobody listens yet
  }
}

/** A server in a group of its own would outlive a benchmark that is interrupted. */
function endWithUs(group: number): void {
  process.setMaxListeners(0);
  process.once('exit', () => killGroup(group));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(1));
  }
}

function signalTree(pid: number, name: NodeJS.Signals): void {
  for (const member of treeOf(pid)) process.kill(member, name);
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // nobody of the group is left
  }
}

/** SIGTERM to the process, and what is left of its group after a while is killed. */
async function end(child: ChildProcess, group: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    signalTree(group, 'SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN);
    await once(child, 'exit');
    clearTimeout(timer);
  }
  killGroup(group);
}
