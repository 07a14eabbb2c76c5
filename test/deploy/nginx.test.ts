// What is promised of several replicas behind nginx: one may die or end at any time, and no request fails.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, listening, program } from '../listening.ts';
import { type Clients, keepAsking } from '../serve/clients.ts';
import { colors, fillRepository, temporaryFolder } from '../serve/harness.ts';
import { plain } from '../serve/pictures.ts';
import { checkConfiguration, configuration, type Nginx, startNginx, whyNoNginx } from './nginx.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  chmodSync(folder.path, 0o755); // nginx's workers are of another user where this one is root
});
afterAll(() => folder.remove());

test('nginx has nothing against the configuration, and something against a mistake', ({ skip }) => {
  skip(whyNoNginx !== '', whyNoNginx);
  const text = configuration(folder.path, 8080, ['127.0.0.1:1', '127.0.0.1:2']);
  expect(checkConfiguration(folder.path, text)).toMatchObject({ status: 0 });
  const mistaken = text.replace(' non_idempotent;', ' not_idempotent;');
  const { status, said } = checkConfiguration(folder.path, mistaken);
  expect([status, said]).toEqual([1, expect.stringContaining('invalid value "not_idempotent"')]);
});

describe('two replicas', () => {
  /** Answers of each of two runs, which is more than 10,000 over both. */
  const ENOUGH = 5_200;
  const CLIENTS = 32;
  let replicas: Replica[] = [];
  let nginx: Nginx | undefined;
  let clients: Clients | undefined;

  afterAll(async () => {
    await clients?.stop();
    await nginx?.close();
    await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
  });

  test('one is killed, another one is told to end, both start again: 10,000 requests, and none fails', async ({
    skip,
  }) => {
    skip(whyNoNginx !== '', whyNoNginx);
    await fillRepository(folder.path, [colors]);
    const start = async (port: number) => startReplica(folder.path, port);
    const ports = [await freePort(), await freePort()] as const;
    const [first, second] = await Promise.all(ports.map(start));
    if (first === undefined || second === undefined) throw new Error('there are two');
    replicas = [first, second];
    nginx = await startNginx(
      folder.path,
      ports.map((port) => `127.0.0.1:${port}`),
    );
    const picture = await plain('red');
    for (const [victim, signal] of [
      [first, 'SIGKILL'],
      [second, 'SIGTERM'],
    ] as const) {
      clients = keepAsking(`${nginx.url}/classify`, picture, CLIENTS);
      await until(clients, ENOUGH / 3);
      await victim.end(signal);
      await until(clients, (ENOUGH * 2) / 3);
      replicas.push(await start(victim.port));
      await until(clients, Math.max(ENOUGH, clients.answered() + 500)); // it takes part
      await clients.stop();
      expect(clients.failures.slice(0, 3)).toEqual([]);
      expect(clients.answered()).toBeGreaterThanOrEqual(ENOUGH);
    }
    for (const port of ports) expect(await picturesOf(port)).toBeGreaterThan(0);
  }, 120_000);
});

test('replicas that are full say so themselves: their 503 with Retry-After, not a 502 of nginx', async ({
  skip,
}) => {
  skip(whyNoNginx !== '', whyNoNginx);
  const full = await Promise.all([0, 1].map(refusing));
  const nginx = await startNginx(
    folder.path,
    full.map(({ address }) => address),
  );
  try {
    for (let i = 0; i < 10; i++) {
      const response = await fetch(`${nginx.url}/classify`, { method: 'POST', body: 'x' });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
    }
    const asked = full.reduce((sum, { asked }) => sum + asked(), 0);
    await fetch(`${nginx.url}/models/taught/versions`, { method: 'POST', body: 'x' });
    expect(full.reduce((sum, { asked }) => sum + asked(), 0) - asked).toBe(1); // a model is sent once
  } finally {
    await nginx.close();
    for (const { server } of full) server.close().closeAllConnections();
  }
});

interface Replica {
  readonly port: number;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

async function startReplica(repository: string, port: number): Promise<Replica> {
  const words = ['serve', '--port', `${port}`, '--repository', repository, '--threads', '1'];
  const child: ChildProcess = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  await listening(child);
  return {
    port,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Waits until clients have as many answers. @throws Error where answers do not come any more. */
async function until(clients: Clients, count: number): Promise<void> {
  for (let before = -1, idle = 0; clients.answered() < count; await sleep(50)) {
    idle = clients.answered() === before ? idle + 1 : 0;
    before = clients.answered();
    if (idle > 600)
      throw new Error(`${before} answers of ${count}; failures: ${clients.failures.slice(0, 3)}`);
  }
}

/** Pictures that a replica itself has counted. */
async function picturesOf(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^trainyard_pictures_total\{[^}]*"answered"[^}]*\} (\d+)/m.exec(metrics)?.[1]);
}

/** A stand-in of a replica whose queue is full. */
async function refusing(): Promise<{ server: Server; address: string; asked: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    request.resume();
    response.writeHead(503, { 'Retry-After': '7' }).end('{"error":"full"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error(`listening on ${address}`);
  return { server, address: `127.0.0.1:${address.port}`, asked: () => count };
}
