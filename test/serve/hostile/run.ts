// Runs attacks on a server, many at a time, with good requests beside them, and reports what went wrong.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './attack.ts';
import { attack } from './index.ts';

/** Milliseconds between two good requests. */
const PROBE_EVERY = 100;

export interface Report {
  /** Answers by status; 0 stands for connections that were closed without one. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What a server may not do, with the number of the attack. */
  readonly faults: readonly string[];
}

/**
 * Sends the attacks from one number to another.
 *
 * @param atOnce - connections that attack.
 */
export async function attackAll(
  url: string,
  [from, to]: readonly [number, number],
  seed: number,
  atOnce: number,
): Promise<Report> {
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let number = from;
  const attacker = async () => {
    while (number < to) {
      const own = number++;
      const { kind, ...made } = await attack(own, seed);
      const outcome = await send(url, { kind, ...made });
      const answers = outcome.statuses.length === 0 ? [0] : outcome.statuses;
      for (const status of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (outcome.fault !== undefined) faults.push(`attack ${own} (${kind}) ${outcome.fault}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, attacker));
  return { statuses, faults };
}

/** Good requests beside an attack, one after another, until `stop` is called. */
export function probe(ask: () => Promise<string | undefined>): {
  stop: () => Promise<{ faults: string[]; times: number[] }>;
} {
  let going = true;
  const faults: string[] = [];
  const times: number[] = [];
  const done = (async () => {
    while (going) {
      const start = performance.now();
      const fault = await ask().catch((error) => `failed: ${error.cause ?? error}`);
      times.push(performance.now() - start);
      if (fault !== undefined) faults.push(`a good request ${fault}`);
      await sleep(PROBE_EVERY);
    }
  })();
  return {
    async stop() {
      going = false;
      await done;
      return { faults, times };
    },
  };
}

/** Connections that send a request letter by letter, and come again when they are closed, until `stop` is called. */
export function trickle(url: string, connections: number): { stop: () => void; closed: () => number } {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let closed = 0;
  let going = true;
  const open = () => {
    const socket = connect(Number(port), hostname);
    sockets.add(socket);
    socket.on('error', () => {}).resume();
    socket.write('POST /classify HTTP/1.1\r\nHost: x\r\nX-');
    socket.on('close', () => {
      sockets.delete(socket);
      closed++;
      if (going) setTimeout(open, 100);
    });
  };
  for (let i = 0; i < connections; i++) open();
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('a');
  }, 1000);
  return {
    stop() {
      going = false;
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
    closed: () => closed,
  };
}
