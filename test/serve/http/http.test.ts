// What is promised over real sockets: limits while bytes arrive, clean connections, plain words for what is not HTTP.
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../../../serve/http/listen.ts';
import { type Serving, serve } from '../../../serve/main.ts';
import { connectionLimits, defaultLimits } from '../../../serve/settings/limits.ts';
import { colors, fillRepository, openTestApp, refusal, temporaryFolder } from '../harness.ts';
import { busy } from '../pictures.ts';

const MiB = 1024 * 1024;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Serving;
const log: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await fillRepository(folder.path, [colors]);
  server = await serve({
    repository: folder.path,
    host: '127.0.0.1',
    port: 0,
    threads: 1,
    limits: { ...defaultLimits, bodyBytes: MiB, heldBytes: 3 * MiB },
    log: (line) => void log.push(line),
  });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

/** A raw connection; `received` is all that came back until the server closed it. */
function open(url = server.url): { socket: Socket; received: Promise<string> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let all = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    all += chunk;
  });
  // A server that has answered may break off what is still being sent: no failure, so `once` will not do.
  socket.on('error', () => {});
  const received = new Promise<string>((resolve) => socket.on('close', () => resolve(all)));
  return { socket, received };
}

/** Status and JSON of a raw answer. */
function parse(received: string): { status: number; body: unknown } {
  const [head = '', body = ''] = received.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) };
}

async function expectAlive(): Promise<void> {
  const response = await fetch(`${server.url}/classify`, {
    method: 'POST',
    body: new Uint8Array(await busy('png')),
  });
  expect(response.status, await response.text()).toBe(200);
}

test('says what it serves, how well, and what to try', () => {
  expect(log[0]).toContain('colors  version 1, 3 labels, 98.76 % of 10,000 pictures right');
  expect(log[0]).toContain(`curl -F img=@picture.png ${server.url}/classify`);
});

test('a form sent by fetch, and a body in many small pieces', async () => {
  const bytes = await busy('webp', 200, 200);
  const form = new FormData();
  form.append('img', new Blob([new Uint8Array(bytes)]), 'a.webp');
  const whole = await (await fetch(`${server.url}/classify`, { method: 'POST', body: form })).json();
  const pieces = Readable.from(Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1)));
  const body = Readable.toWeb(pieces) as ReadableStream;
  const options = { method: 'POST', body, duplex: 'half' } as RequestInit;
  const trickled = await (await fetch(`${server.url}/classify`, options)).json();
  expect(trickled.predictions).toEqual(whole.predictions);
});

test('the model file arrives whole', async () => {
  const { models } = await (await fetch(`${server.url}/models`)).json();
  const got = Buffer.from(await (await fetch(new URL(models[0].url, server.url))).arrayBuffer());
  const file = join(folder.path, 'colors', '1', 'model.onnx');
  expect(got.toString('hex')).toBe(Buffer.concat(await createReadStream(file).toArray()).toString('hex'));
});

test('a connection is used again after an answer, and after a refusal', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  const statuses: (number | undefined)[] = [];
  for (const body of [await busy('png'), Buffer.from('no picture'), Buffer.alloc(0), await busy('gif')]) {
    const sent = request(`${server.url}/classify`, { method: 'POST', agent });
    sent.end(body);
    const [response]: IncomingMessage[] = await once(sent, 'response');
    ports.add(sent.socket?.localPort);
    statuses.push(response?.statusCode);
    if (response) await text(response);
  }
  agent.destroy();
  expect(statuses).toEqual([200, 415, 400, 200]);
  expect(ports.size).toBe(1);
});

describe('limits', () => {
  const head = (headers: string) => `POST /classify HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`;

  test('a body announced as too long is refused before it is sent', async () => {
    const { socket, received } = open();
    // A client that wants no more than the answer; other clients are in drain-request.test.ts.
    socket.write(head('Content-Length: 1000000000\r\nConnection: close'));
    expect(parse(await received)).toEqual({ status: 413, body: { error: expect.stringContaining('1 MiB') } });
  });

  test.each([
    ['a raw body', 'Content-Type: image/png', ''],
    [
      'a form',
      'Content-Type: multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="img"; filename="a"\r\n\r\n',
    ],
    ['a form that never gets to a part', 'Content-Type: multipart/form-data; boundary=x', ''],
  ])('%s without end is refused at the limit, and the connection closed', async (_, type, start) => {
    const { socket, received } = open();
    socket.write(head(`${type}\r\nTransfer-Encoding: chunked`));
    if (start !== '') socket.write(`${start.length.toString(16)}\r\n${start}\r\n`);
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    let written = 0;
    while (!socket.destroyed && written < 200 * MiB) {
      written += chunk.length;
      if (!socket.write(chunk))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), received]);
    }
    expect((await received).startsWith('HTTP/1.1 413')).toBe(true);
    await expectAlive();
  });

  test('who asks a model that is not there has the answer, however long the rest takes to be sent', async () => {
    const { socket, received } = open();
    const [pieces, piece] = [10, Buffer.alloc(90_000)];
    const head = `POST /v2/models/nobody/infer HTTP/1.1\r\nHost: x\r\nContent-Length: ${pieces * piece.length}\r\n\r\n`;
    socket.write(head);
    for (let i = 0; i < pieces; i++) {
      await sleep(100);
      socket.write(piece);
    }
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const answers = (await received).split('HTTP/1.1 ').map((answer) => answer.slice(0, 3));
    expect(answers).toEqual(['', '404', '200']);
  });

  test('a body that is shorter than announced is no answerable request, and frees what it held', async () => {
    for (let i = 0; i < 8; i++) {
      const { socket, received } = open();
      socket.write(head('Content-Length: 1000000'));
      socket.end(Buffer.alloc(900_000));
      await received;
    }
    await expectAlive();
  });

  test('uploads that end early free their memory', async () => {
    for (let round = 0; round < 3; round++) {
      const sockets = Array.from({ length: 3 }, () => open().socket);
      for (const socket of sockets)
        socket.write(Buffer.concat([Buffer.from(head('Content-Length: 1000000')), Buffer.alloc(900_000)]));
      const ask = async () =>
        (await fetch(`${server.url}/classify`, { method: 'POST', body: new Uint8Array(500_000) })).status;
      await expect.poll(ask).toBe(503); // they hold what there is
      for (const socket of sockets) socket.destroy();
      await expect.poll(ask).toBe(415);
    }
    await expectAlive();
  });

  test('more than is announced is not taken for part of the picture', async () => {
    const bytes = await busy('png');
    const { socket, received } = open();
    socket.write(head(`Content-Length: ${bytes.length}`));
    socket.write(Buffer.concat([bytes, Buffer.from('this is not the next request\r\n\r\n')]));
    // What follows may be refused before the picture is answered: then the refusal is the only answer.
    expect(await received).toMatch(/^(HTTP\/1\.1 200 .*)?HTTP\/1\.1 400 .*this is not a valid HTTP request/s);
    await expectAlive();
  });

  test.each([
    ['nonsense', 'hello\r\n\r\n', 400],
    ['two lengths', head('Content-Length: 1\r\nContent-Length: 2'), 400],
    ['a length and chunks', head('Content-Length: 1\r\nTransfer-Encoding: chunked'), 400],
    ['headers that are too long', head(`X: ${'a'.repeat(20_000)}`), 431],
  ])('%s is refused in JSON and the connection closed', async (_, sent, status) => {
    const { socket, received } = open();
    socket.write(sent);
    expect(parse(await received)).toEqual({ status, body: { error: expect.any(String) } });
  });

  test.each([
    'GET /healthz HTTP/1.0\r\n',
    'GET /healthz HTTP/1.0\r\nHost:\r\n',
    'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n',
    'GET http://trainyard:3000/healthz HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n',
  ])('%j, as load balancers ask, is answered', async (request) => {
    const { socket, received } = open();
    socket.write(`${request}\r\n`);
    expect(parse(await received)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  test('an address that cannot be read is 400', async () => {
    const { socket, received } = open();
    socket.write('GET /a\\b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(parse(await received)).toMatchObject({ status: 400 });
  });
});

test('requests that trickle in are answered 408, and do not keep the others waiting', async () => {
  const { app, close: closeApp } = await openTestApp({ models: [colors] });
  const connection = {
    ...connectionLimits,
    headersTimeout: 400,
    requestTimeout: 600,
    connectionsCheckingInterval: 50,
  };
  const impatient = await listen(app, '127.0.0.1', 0, { connection });
  try {
    const slow = Array.from({ length: 64 }, (_, i) => {
      const connection = open(impatient.url);
      connection.socket.write(
        i % 2 === 0
          ? 'POST /classify HTTP/1.1\r\nHost: x\r\nX-'
          : 'POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc',
      );
      return connection;
    });
    const response = await fetch(`${impatient.url}/classify`, {
      method: 'POST',
      body: new Uint8Array(await busy('png')),
    });
    expect(response.status).toBe(200);
    for (const { received } of slow) {
      expect(parse(await received)).toEqual({
        status: 408,
        body: { error: expect.stringContaining('too long to arrive') },
      });
    }
  } finally {
    await impatient.close();
    await closeApp();
  }
});

describe('a port that cannot be used', () => {
  const options = () => ({ repository: folder.path, threads: 1, log: () => {} });

  test('that is in use is named, with the option', async () => {
    const port = Number(new URL(server.url).port);
    await expect(serve({ ...options(), host: '127.0.0.1', port })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(new RegExp(`port ${port} of 127.0.0.1 is in use.*--port`)),
    });
  });

  test('and so is a host that is not ours', async () => {
    await expect(serve({ ...options(), host: '203.0.113.1', port: 0 })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/"203\.0\.113\.1" is not an address of this machine.*--host/),
    });
  });
});

test('after close, nothing listens and nothing keeps the process', async () => {
  const other = await serve({
    repository: folder.path,
    host: '127.0.0.1',
    port: 0,
    threads: 1,
    log: () => {},
  });
  const listeners = process.listenerCount('SIGTERM');
  await other.close();
  await other.close();
  expect(process.listenerCount('SIGTERM')).toBe(listeners - 1);
  await expect(fetch(other.url)).rejects.toThrow();
  expect(await refusal(await fetch(`${server.url}/nothing`))).toMatchObject({ status: 404 });
});
