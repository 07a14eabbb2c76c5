// Serves the live page and pushes each new one to the browsers that have it open (server-sent events).
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { LiveWork } from './live.ts';

const HOST = '127.0.0.1';

const message = z.object({ page: z.string().optional(), end: z.boolean().optional() });

/** Serves until a message ends it; its own first message is its address. */
async function serveLive({ watchers, port }: LiveWork, parent: MessagePort | null): Promise<void> {
  let page =
    '<!doctype html><title>Trainyard</title><style></style><body><header></header><nav></nav><main>Training begins.</main></body>';
  const streams = new Set<ServerResponse>();
  const server = createServer(({ method, url, headers }, response) => {
    // DNS rebinding: a page of another site whose name leads to this address gets nothing.
    const host = (headers.host ?? '').replace(/:\d+$/, '');
    if (method !== 'GET' || (host !== HOST && host !== 'localhost'))
      return void response.writeHead(403).end();
    if (url === '/') {
      const headersOfPage = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
      return void response.writeHead(200, headersOfPage).end(withScript(page));
    }
    if (url !== '/events') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    // What was drawn between the page and this request.
    response.write(event('page', page));
    streams.add(response);
    Atomics.store(watchers, 0, streams.size);
    response.once('close', () => {
      streams.delete(response);
      Atomics.store(watchers, 0, streams.size);
    });
  });
  const listen = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, HOST, resolve);
    });
  await listen(port).catch(() => listen(0));
  parent?.on('message', (data: unknown) => {
    const { page: next, end } = message.parse(data);
    if (next !== undefined) {
      page = next;
      for (const stream of streams) stream.write(event('page', page));
    }
    if (end) {
      for (const stream of streams) stream.end(event('end', ''));
      server.close();
      server.closeIdleConnections();
      parent.close();
    }
  });
  const { port: taken } = server.address() as AddressInfo;
  parent?.postMessage(`http://${HOST}:${taken}/`);
}

function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The page, with what keeps it up to date. */
function withScript(page: string): string {
  return page.replace('</body>', () => `<script type="module">${script}</script></body>`);
}

const script = readFileSync(new URL('./live-page.js', import.meta.url), 'utf8');

if (parentPort !== null) await serveLive(workerData, parentPort);
