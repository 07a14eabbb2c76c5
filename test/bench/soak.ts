// `npm run bench soak`: reloads, dying workers and SIGTERM, each under full load.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from 'citty';
import { root } from '../../setup/paths.mjs';
import { keepAsking } from '../serve/clients.ts';
import { copyShipped } from '../shipped.ts';
import { digits } from './serve/pictures.ts';
import { type Reloads, reloads } from './soak/reloads.ts';
import { need } from './support/needs.ts';
import { serveProgram } from './support/serve.ts';
import { type Server, startServer } from './support/server.ts';
import { quantile } from './support/statistics.ts';
import { writeForms } from './support/wrk.ts';

const CLIENTS = 32;

/** Milliseconds between two workers' ends: enough to start another. */
const BETWEEN = 3_000;

/** Milliseconds under load before SIGTERM. */
const BUSY = 1_500;

export const command = defineCommand({
  meta: { name: 'bench soak', description: 'Reload, kill and stop the server under full load' },
  args: {
    reloads: {
      type: 'string',
      default: '200',
      description: 'New versions, and as many again with broken ones',
    },
    kills: { type: 'string', default: '20', description: 'Worker threads that end' },
    stops: { type: 'string', default: '20', description: 'Servers that get SIGTERM' },
  },
  async run({ args }) {
    await need('wrk');
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-soak-'));
    const repository = join(folder, 'repository');
    copyShipped(repository, ['digits']);
    const pictures = await digits(64);
    const [picture = Buffer.alloc(0)] = pictures;
    const bodies = writeForms(join(folder, 'forms'), pictures);
    const faults: string[] = [];
    const tell = ({ summary, faults: found }: Reloads) => {
      console.log(summary);
      faults.push(...found);
    };
    try {
      const server = await start(repository, picture);
      try {
        for (const mixed of [false, true]) {
          if (Number(args.reloads) > 0)
            tell(await reloads(server, repository, bodies, Number(args.reloads), mixed));
        }
        if (Number(args.kills) > 0) tell(await kills(server, picture, Number(args.kills)));
      } finally {
        await server.end();
      }
      if (Number(args.stops) > 0) tell(await stops(repository, picture, Number(args.stops)));
    } finally {
      rmSync(folder, { recursive: true });
    }
    console.log(faults.length === 0 ? 'No faults.' : `Faults:\n${faults.join('\n')}`);
    if (faults.length > 0) process.exitCode = 1;
  },
});

function start(repository: string, picture: Uint8Array): Promise<Server> {
  return startServer(
    serveProgram(
      ['--repository', repository],
      ['--import', join(root, 'test', 'bench', 'soak', 'mortal.mjs')],
    ),
    (url) => fetch(url, { method: 'POST', body: new Uint8Array(picture) }),
  );
}

/** Worker threads end one after another; what they had goes to others. */
async function kills(server: Server, picture: Uint8Array, count: number): Promise<Reloads> {
  const clients = keepAsking(server.url, picture, CLIENTS);
  await sleep(BETWEEN);
  const before = clients.answered();
  for (let i = 0; i < count; i++) {
    server.signal('SIGUSR2');
    await sleep(BETWEEN);
  }
  await sleep(BETWEEN);
  const settled = clients.answered();
  await sleep(BETWEEN);
  const after = clients.answered() - settled;
  await clients.stop();
  const restarted = server.printed().match(/is started again|started anew/g)?.length ?? 0;
  const faults = clients.failures.map((failure) => `while workers ended: ${failure}`);
  if (after < before / 2) faults.push(`capacity did not return: ${after} answers in 3 s, ${before} before`);
  return {
    faults,
    summary: `${count} worker threads ended (${restarted} of them in the last part of the log): ${clients.failures.length} of ${clients.answered()} requests failed, longest ${clients.times.reduce((a, b) => Math.max(a, b), 0).toFixed(0)} ms; ${before} answers in 3 s before, ${after} after.`,
  };
}

/** Servers get SIGTERM while clients ask. */
async function stops(repository: string, picture: Uint8Array, count: number): Promise<Reloads> {
  const faults: string[] = [];
  const took: number[] = [];
  let answered = 0;
  for (let i = 0; i < count; i++) {
    const server = await start(repository, picture);
    const clients = keepAsking(server.url, picture, CLIENTS);
    await sleep(BUSY);
    const signaled = performance.now();
    server.signal('SIGTERM');
    clients.farewell();
    const { code, signal } = await server.ended;
    took.push(performance.now() - signaled);
    await clients.ended;
    await server.end();
    answered += clients.answered();
    faults.push(...clients.failures.map((failure) => `SIGTERM ${i + 1}: ${failure}`));
    if (code !== 0) faults.push(`SIGTERM ${i + 1}: ended with ${signal ?? code}`);
  }
  return {
    faults,
    summary: `${count} times SIGTERM under load: ${faults.length} faults among ${answered} answers, ended after ${quantile(took, 0.5).toFixed(0)} ms.`,
  };
}
