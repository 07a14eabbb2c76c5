// What is promised to clients that close their side of a connection when they have sent their request, as `nc -N` does:
// they get their response; and that work is given up for those who have gone.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppEnv, isGone } from '../../../serve/http/context.ts';
import { PATIENCE } from '../../../serve/http/half-closed.ts';
import { type Listening, listen } from '../../../serve/http/listen.ts';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;
let listening: Listening;
beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
  listening = await listen(server.app, '127.0.0.1', 0);
});
afterAll(async () => {
  await listening.close();
  await server.close();
});

/** Connects as a client that may close its side alone; `received` is all that came until the server closed its own. */
function open(port: number): { socket: Socket; received: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let all = '';
  socket.setEncoding('latin1').on('data', (text) => {
    all += text;
  });
  return { socket, received: once(socket, 'end').then(() => all) };
}

const portOf = ({ url }: Listening) => Number(new URL(url).port);

test.each<[name: string, parts: () => Promise<(string | Uint8Array)[]>, expected: RegExp]>([
  ['a check of health', async () => ['GET /healthz HTTP/1.0\r\n\r\n'], /^HTTP\/1.1 200 .*"status":"ok"/s],
  [
    'a picture',
    async () => {
      const bytes = await plain('red');
      return [`POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`, bytes];
    },
    /^HTTP\/1.1 200 .*"label":"red"/s,
  ],
  [
    'two requests at once',
    async () => ['GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /models HTTP/1.1\r\nHost: x\r\n\r\n'],
    /^HTTP\/1.1 404 .*HTTP\/1.1 200 .*"models":/s,
  ],
  ['no request', async () => [], /^$/],
  ['half a request', async () => ['GET /healthz HT'], /^HTTP\/1.1 400 /],
])('%s is answered, and the connection closed', async (_name, parts, expected) => {
  const { socket, received } = open(portOf(listening));
  for (const part of await parts()) socket.write(part);
  socket.end();
  expect(await received).toMatch(expected);
});

test('who waits longer than that is taken for gone, and not before', async () => {
  const app = new Hono<AppEnv>().get('/', async (c) => {
    const seen: boolean[] = [isGone(c)];
    const { socket } = c.env.incoming ?? {};
    if (socket && !socket.readableEnded) await once(socket, 'end');
    seen.push(isGone(c));
    await sleep(PATIENCE + 100);
    return c.json([...seen, isGone(c)]);
  });
  const slow = await listen(app, '127.0.0.1', 0);
  const { socket, received } = open(portOf(slow));
  socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await received).toMatch(/\r\n\r\n\[false,false,true\]$/);
  await slow.close();
});

test('a connection that the client breaks is gone at once', async () => {
  let seen: (gone: boolean[]) => void;
  const gone = new Promise<boolean[]>((resolve) => {
    seen = resolve;
  });
  const app = new Hono<AppEnv>().get('/', async (c) => {
    const before = isGone(c);
    socket.resetAndDestroy();
    if (c.env.outgoing) await once(c.env.outgoing, 'close');
    seen([before, isGone(c)]);
    return c.body(null);
  });
  const slow = await listen(app, '127.0.0.1', 0);
  const { socket } = open(portOf(slow));
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await gone).toEqual([false, true]);
  await slow.close();
});

test('the pictures of clients that have gone are dropped, though their connections look half-closed', async () => {
  const bytes = await plain('red', 'png', 6000, 6000); // 36 megapixels: more than a second of work for all of them
  const clients = Array.from({ length: 12 }, () => open(portOf(listening)).socket);
  const sent = clients.map((socket) => {
    socket.write(`POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`);
    return new Promise((resolve) => socket.write(bytes, resolve));
  });
  const before = await outcomes();
  await Promise.all(sent);
  for (const socket of clients) socket.destroy();
  await expect
    .poll(async () => sum(await outcomes()) - sum(before), { timeout: 30_000 })
    .toBe(clients.length);
  expect((await outcomes()).gone).toBeGreaterThan(0);
});

/** What became of pictures, as /metrics counts it. */
async function outcomes(): Promise<Record<string, number>> {
  const text = await (await server.app.request('/metrics')).text();
  const found = text.matchAll(/^trainyard_pictures_total\{.*outcome="(.*)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, outcome = '', n]) => [outcome, Number(n)]));
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
