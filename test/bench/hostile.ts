// `npm run bench hostile`: ten thousand hostile requests against a server process, with good ones beside them.
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from 'citty';
import { colors, fillRepository, large, temporaryFolder } from '../serve/harness.ts';
import { attackAll, probe, trickle } from '../serve/hostile/run.ts';
import { busy, formats, plain } from '../serve/pictures.ts';
import { serveProgram } from './support/serve.ts';
import { type Server, type ServerProgram, startServer } from './support/server.ts';
import { median, megabytes, quantile, table } from './support/statistics.ts';

/** Bytes that memory may have grown by at the end: more counts as a leak. */
const MEMORY_BACK = 100e6;

/** Attacks before memory is measured: they take what decoders and decompressors take once. Other ones than those after. */
const WARMING = [1_000_000, 1_002_000] as const;

/** Good requests before memory is measured: after them all that is allocated once has been. */
const WARM_UP = 400;

/** Seconds in which memory must be freed. */
const PATIENCE = 30;

const LORIS = 64;

/** What a container finds in its environment beside a service that is named like the server. */
const SURROUNDINGS = {
  TRAINYARD_SERVICE_HOST: '10.96.0.12',
  TRAINYARD_SERVICE_PORT: '3000',
  TRAINYARD_SERVICE_PORT_HTTP: '3000',
  TRAINYARD_PORT: 'tcp://10.96.0.12:3000',
  TRAINYARD_PORT_3000_TCP: 'tcp://10.96.0.12:3000',
  TRAINYARD_PORT_3000_TCP_PROTO: 'tcp',
  TRAINYARD_PORT_3000_TCP_ADDR: '10.96.0.12',
};

export const command = defineCommand({
  meta: { name: 'bench hostile', description: 'Attack the server' },
  args: {
    requests: { type: 'string', default: '10000', description: 'How many attacks' },
    seed: { type: 'string', default: '1', description: 'Chooses the attacks' },
    connections: { type: 'string', default: '16', description: 'Attacks at once' },
  },
  async run({ args }) {
    const [requests, seed, connections] = [args.requests, args.seed, args.connections].map(Number) as [
      number,
      number,
      number,
    ];
    const folder = await temporaryFolder();
    await fillRepository(folder.path, [large, colors]);
    const server = await start(folder.path);
    try {
      await warmUp(server);
      await attackAll(server.url, WARMING, seed, connections);
      const before = server.memory();
      console.log(`${requests} attacks, seed ${seed}, ${connections} at once; memory ${megabytes(before)}`);
      const loris = trickle(server.url, LORIS);
      const good = probe(() => askRed(server.url));
      const faults: string[] = [];
      const statuses = new Map<number, number>();
      const began = performance.now();
      const tenth = Math.ceil(requests / 10);
      for (let from = 0; from < requests; from += tenth) {
        const part = [from, Math.min(from + tenth, requests)] as const;
        const report = await attackAll(server.url, part, seed, connections);
        for (const [status, n] of report.statuses) statuses.set(status, (statuses.get(status) ?? 0) + n);
        faults.push(...report.faults);
        console.log(`after ${part[1]}: memory ${megabytes(server.memory())}, faults ${faults.length}`);
      }
      const seconds = (performance.now() - began) / 1000;
      const { faults: missed, times } = await good.stop();
      loris.stop();
      const after = await settled(server, before);
      faults.push(...missed);
      if (after - before > MEMORY_BACK)
        faults.push(`memory did not come back: ${megabytes(after - before)} more`);
      if ((await exited(server)) !== undefined) faults.push(`the server ended: ${server.printed()}`);

      const rows = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => [name(status), String(n)]);
      console.log(`\n${table(['answer', 'times'], rows)}\n`);
      console.log(
        `${seconds.toFixed(0)} s; ${LORIS} connections trickled at the same time, closed ${loris.closed()} times; ${times.length} good requests beside it: p50 ${median(times).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms.`,
      );
      console.log(`Memory before ${megabytes(before)}, after ${megabytes(after)}.`);
      console.log(faults.length === 0 ? 'No faults.' : `Faults:\n${faults.join('\n')}`);
      if (faults.length > 0) process.exitCode = 1;
    } finally {
      await server.end();
      await folder.remove();
    }
  },
});

function start(repository: string): Promise<Server> {
  const program: ServerProgram = (port) => ({
    ...serveProgram(['--repository', repository])(port),
    env: SURROUNDINGS,
  });
  return startServer(program, async (url) =>
    fetch(url, { method: 'POST', body: new Uint8Array(await plain('red')) }),
  );
}

async function warmUp({ url }: Server): Promise<void> {
  const pictures = await Promise.all(formats.map((format) => busy(format, 300, 200)));
  for (let i = 0; i < WARM_UP; i += 8) {
    const eight = Array.from(
      { length: 8 },
      (_, k) => pictures[(i + k) % pictures.length] ?? new Uint8Array(),
    );
    await Promise.all(
      eight.map(async (picture) => {
        const response = await fetch(url, { method: 'POST', body: new Uint8Array(picture) });
        await response.arrayBuffer();
      }),
    );
  }
}

/** @returns what is wrong with the answer to a red picture. */
async function askRed(url: string): Promise<string | undefined> {
  const response = await fetch(url, {
    method: 'POST',
    body: new Uint8Array(await plain('red')),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (response.status === 503 || response.status === 504) return undefined; // busy, which it may be
  if (response.status !== 200) return `was answered ${response.status}: ${text}`;
  return JSON.parse(text).predictions.length === 3 ? undefined : `was answered ${text}`;
}

/** Memory once it is freed, or after a while. */
async function settled(server: Server, before: number): Promise<number> {
  for (let second = 0; second < PATIENCE; second++) {
    if (server.memory() - before <= MEMORY_BACK) break;
    await sleep(1000);
  }
  return server.memory();
}

function exited(server: Server): Promise<unknown> {
  return Promise.race([server.ended, sleep(100).then(() => undefined)]);
}

function name(status: number): string {
  return status === 0 ? 'none, closed' : String(status);
}
