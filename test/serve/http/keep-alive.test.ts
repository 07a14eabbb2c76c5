// How long a connection without a request stays open: as long as the setting says, whatever a request has for itself.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../../serve/http/listen.ts';
import { connectionLimits } from '../../../serve/settings/limits.ts';
import { connectionLimitsOf } from '../../../serve/settings/limits-of-settings.ts';
import { resolveSettings } from '../../../serve/settings/resolve.ts';
import { colors, openTestApp } from '../harness.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;
beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
});
afterAll(() => server.close());

/** A connection on which one request after the other is sent, as proxies do. */
async function open(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  async function ask(): Promise<string> {
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    return String(await Promise.race([once(socket, 'data'), closed.then(() => 'closed')]));
  }
  return { ask, closed, socket };
}

test('outlives the times that headers and bodies have, between two requests', async () => {
  const connection = {
    ...connectionLimits,
    headersTimeout: 100,
    requestTimeout: 150,
    connectionsCheckingInterval: 20,
  };
  const listening = await listen(server.app, '127.0.0.1', 0, { connection });
  const { ask, socket } = await open(listening.url);
  for (let i = 0; i < 2; i++) {
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /);
    if (i === 0) await sleep(1_500); // Node adds a second to the time that it tells clients
  }
  socket.destroy();
  await listening.close();
});

test('is what the setting says, which clients are told; and the connection is closed then', async () => {
  for (const [seconds, closes] of [
    ['620', false],
    ['1', true],
  ] as const) {
    const { settings } = resolveSettings({ flags: { 'keep-alive-seconds': seconds }, environment: {} });
    const listening = await listen(server.app, '127.0.0.1', 0, { connection: connectionLimitsOf(settings) });
    const { ask, closed, socket } = await open(listening.url);
    expect(await ask()).toMatch(new RegExp(`^Keep-Alive: timeout=${seconds}\r$`, 'im'));
    if (closes) await closed;
    socket.destroy();
    await listening.close();
  }
});
