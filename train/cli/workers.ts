// Training by several processes of this machine: this one is the first task, and starts the others.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { UserError } from '../../models/errors.ts';
import { processors } from '../../setup/machine/processors.mjs';
import type { Place } from '../cluster/addresses.ts';

export interface Workers {
  /** Where this process is among them. */
  readonly place: Place;
  /** Aborted with a UserError when a worker ends before it is told to. */
  readonly signal: AbortSignal;
  /** Ends those that are still there. */
  end(): void;
}

/**
 * Starts `count - 1` processes that run this command as the tasks after this one. The processors are shared out.
 * @throws UserError for more workers than this machine has processors
 */
export async function startWorkers(count: number): Promise<Workers> {
  const cores = processors();
  if (count > cores)
    throw new UserError(
      `--workers ${count} are more than the ${cores} processors of this machine: each needs one of its own.`,
    );
  // Read when TensorFlow is loaded, here and in the others.
  process.env.TF_NUM_INTRAOP_THREADS = String(Math.floor(cores / count));
  const addresses = await freeAddresses(count);
  const ended = new AbortController();
  const workers = addresses.slice(1).map((_, i) => startWorker(i + 1, addresses, ended));
  return {
    place: { addresses, task: 0 },
    signal: ended.signal,
    end: () => {
      for (const worker of workers) worker.kill('SIGKILL');
    },
  };
}

function startWorker(task: number, addresses: readonly string[], ended: AbortController): ChildProcess {
  const words = [
    ...withoutWorkers(process.argv.slice(1)),
    '--cluster',
    addresses.join(),
    '--task',
    `${task}`,
  ];
  const worker = spawn(process.execPath, [...process.execArgv, ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  worker.once('exit', (code, signal) => {
    if (code === 0) return;
    const why = said.trim() || `it ended with ${signal ?? `status ${code}`}`;
    ended.abort(new UserError(`Worker ${task} has ended: ${why}`));
  });
  return worker;
}

/** The words of a command without `--workers` and its number. */
export function withoutWorkers(words: readonly string[]): string[] {
  return words.filter(
    (word, i) => word !== '--workers' && !word.startsWith('--workers=') && words[i - 1] !== '--workers',
  );
}

async function freeAddresses(count: number): Promise<string[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map((port) => `127.0.0.1:${port}`);
}
