// What is promised of calls whatever the client does: limits of bytes, time and memory hold, nothing is lost at the end, and
// the others are answered.
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type GrpcListening, type GrpcOptions, listenGrpc } from '../../../serve/grpc/listen.ts';
import type { Call, Method } from '../../../serve/grpc/methods.ts';
import { keyRing } from '../../../serve/http/api-keys.ts';
import { createMetrics } from '../../../serve/http/metrics.ts';
import { createByteBudget } from '../../../serve/memory/byte-budget.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { connectionLimits } from '../../../serve/settings/limits.ts';
import { ask, openRaw } from './raw.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const KiB = 1024;
const MiB = KiB * KiB;
const echo: Method = { access: 'key', most: 4 * MiB, answer: (message) => message };

async function open(methods: Record<string, Method>, options: Partial<GrpcOptions> = {}) {
  const log: string[] = [];
  const metrics = createMetrics();
  const server: GrpcListening = await listenGrpc('127.0.0.1', 0, {
    methods: new Map(Object.entries({ '/a/Echo': echo, ...methods })),
    openMemory: createByteBudget(64 * MiB),
    keys: undefined,
    modelKeys: undefined,
    log: (line) => void log.push(line),
    logRequests: 'failed',
    metrics,
    patience: 300,
    ...options,
  });
  const connect = () => {
    const client = openRaw(server.address);
    closers.push(client.close);
    return client;
  };
  closers.push(() => server.close());
  return { server, connect, log, metrics, client: connect() };
}

/** The beginning of a message: five bytes, which say that it is so long. */
function prefix(length: number, compressed = 0): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(compressed, 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

test('a message comes back whole, in any pieces, of any size up to the limit', async () => {
  const { client } = await open({});
  for (const size of [0, 1, 70_000, 4 * MiB]) {
    const message = Buffer.alloc(size, 7);
    const { status, data } = await ask(client, '/a/Echo', message);
    expect([status, data.equals(message)]).toEqual(['0', true]);
  }
  const call = client.call('/a/Echo');
  for (const byte of [...prefix(3), 1, 2, 3]) {
    call.write(Uint8Array.of(byte));
    await sleep(1);
  }
  call.end();
  expect([...(await call.answer).data]).toEqual([1, 2, 3]);
});

test('a message that announces more than may be is refused before it comes', async () => {
  const { client } = await open({});
  for (const size of [4 * MiB + 1, 2 ** 32 - 1]) {
    const call = client.call('/a/Echo');
    call.write(prefix(size)); // and nothing more: the answer does not wait for it
    const { status, message } = await call.answer;
    expect([status, message]).toEqual(['8', `received a message larger than max (${size} vs. ${4 * MiB})`]);
  }
  expect((await ask(client, '/a/Echo')).status).toBe('0');
});

test('a response that nobody reads is not kept for longer than a request may take', async () => {
  const { server } = await open({}, { connection: { ...connectionLimits, requestTimeout: 300 } });
  for (const [window, expected] of [
    [0, { rstCode: 8, status: undefined }],
    [65_535, { rstCode: 0, status: '0' }],
  ] as const) {
    const client = openRaw(server.address, { initialWindowSize: window });
    closers.push(client.close);
    expect(await ask(client, '/a/Echo', Buffer.alloc(1000))).toMatchObject(expected);
  }
});

test('less and more than one message, and what is no gRPC, are refused', async () => {
  const { client } = await open({});
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(3),
    Buffer.concat([prefix(4), Buffer.alloc(3)]),
    Buffer.concat([prefix(0), prefix(0)]),
  ]) {
    const call = client.call('/a/Echo');
    if (bytes.length > 0) call.write(bytes);
    call.end();
    const { status, message } = await call.answer;
    expect(status).toBe('3');
    expect(message).toContain(`received ${bytes.length} bytes, expected one message`);
  }
  expect((await ask(client, '/a/None')).status).toBe('12');
  const web = await ask(client, '/a/Echo', Buffer.alloc(1), { 'content-type': 'application/json' });
  expect([web.headers[':status'], web.status]).toEqual([415, undefined]);
});

test('a compressed message may not be larger than a plain one, and is counted as what it becomes', async () => {
  const { client } = await open({});
  const send = (bytes: Buffer, encoding: string) => {
    const call = client.call('/a/Echo', { 'grpc-encoding': encoding });
    call.write(Buffer.concat([prefix(bytes.length, 1), bytes]));
    call.end();
    return call.answer;
  };
  expect((await send(gzipSync(Buffer.alloc(MiB, 3)), 'gzip')).data.equals(Buffer.alloc(MiB, 3))).toBe(true);
  const bomb = await send(gzipSync(Buffer.alloc(200 * MiB)), 'gzip');
  expect([bomb.status, bomb.message]).toEqual([
    '3',
    'the decompressed body is longer than 4 MiB, which is the limit',
  ]);
  expect((await send(Buffer.from('none'), 'gzip')).status).toBe('3');
  expect((await send(Buffer.from('none'), 'snappy')).status).toBe('12');
});

test('what all calls hold is bounded: one beyond it is told when to try again', async () => {
  const { client, connect } = await open({}, { openMemory: createByteBudget(MiB) });
  const slow = connect().call('/a/Echo');
  slow.write(Buffer.concat([prefix(900 * KiB), Buffer.alloc(800 * KiB)]));
  await expect.poll(async () => (await ask(client, '/a/Echo', Buffer.alloc(300 * KiB))).status).toBe('8');
  const full = await ask(client, '/a/Echo', Buffer.alloc(300 * KiB));
  expect([full.message, full.pushback]).toEqual([
    'too many uploads at the same time: try again in a moment',
    '1000',
  ]);
  slow.cancel();
  await slow.answer;
  await expect.poll(async () => (await ask(client, '/a/Echo', Buffer.alloc(300 * KiB))).status).toBe('0');
});

test('a thousand clients that stop in the middle keep nobody out, and are sent away', async () => {
  const connection = { ...connectionLimits, requestTimeout: 2_000 };
  const { client, connect } = await open({}, { connection });
  const calls = Array.from({ length: 10 }, connect).flatMap((each) =>
    Array.from({ length: 100 }, () => {
      const call = each.call('/a/Echo');
      call.write(Buffer.concat([prefix(40 * KiB), Buffer.alloc(KiB)]));
      return call.answer;
    }),
  );
  for (let i = 0; i < 20; i++) expect((await ask(client, '/a/Echo', Buffer.alloc(KiB))).status).toBe('0');
  const ends = await Promise.all(calls);
  expect(new Set(ends.map(({ status, message }) => `${status} ${message}`))).toEqual(
    new Set(['4 the request did not arrive within 2 s']),
  );
  expect((await ask(client, '/a/Echo', Buffer.alloc(MiB))).status).toBe('0');
});

test('garbage and HTTP/1 on the port end their connections alone', async () => {
  const { client, server } = await open({});
  const port = Number(server.address.split(':')[1]);
  for (const bytes of [
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    '\0'.repeat(100),
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'x'.repeat(1000)}`,
  ]) {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const closed = once(socket, 'close');
    socket.write(bytes);
    await closed;
  }
  expect((await ask(client, '/a/Echo')).status).toBe('0');
});

test('a connection that says nothing is closed after the time that HTTP keeps idle ones', async () => {
  const connection = { ...connectionLimits, keepAliveTimeout: 200 };
  const { server } = await open({}, { connection });
  const socket = connectTcp(Number(server.address.split(':')[1]), '127.0.0.1').resume();
  const idle = openRaw(server.address);
  const closed = once(idle.session, 'close');
  expect((await ask(idle, '/a/Echo')).status).toBe('0');
  await Promise.all([once(socket, 'close'), closed]);
});

/** A method that does not answer before it is told to. */
function waiting() {
  const calls: Call[] = [];
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const method: Method = {
    access: 'open',
    most: KiB,
    async answer(message, call) {
      calls.push(call);
      await finished;
      return message;
    },
  };
  return { method, calls, finish };
}

test("a client's deadline ends its call, and work is told; so is that of a client that has gone", async () => {
  const { method, calls, finish } = waiting();
  const { client, metrics } = await open({ '/a/Wait': method });
  const late = await ask(client, '/a/Wait', Buffer.alloc(0), { 'grpc-timeout': '100m' });
  expect([late.status, late.message]).toEqual(['4', 'the deadline of the call has passed']);
  expect(calls[0]?.gone()).toBe(true);
  expect(calls[0]?.deadline).toBeGreaterThan(0);
  expect(calls[0]?.deadline).toBeLessThanOrEqual(100);
  const gone = client.call('/a/Wait');
  gone.write(prefix(0));
  gone.end();
  await expect.poll(() => calls.length).toBe(2);
  expect([calls[1]?.gone(), calls[1]?.deadline]).toEqual([false, undefined]);
  gone.cancel();
  await expect.poll(() => calls[1]?.gone()).toBe(true);
  finish();
  const wrong = await ask(client, '/a/Wait', Buffer.alloc(0), { 'grpc-timeout': 'soon' });
  expect(wrong.message).toBe('grpc-timeout: received soon, expected such as 500m or 2S');
  const { text } = await metrics.scrape();
  expect(text).toContain('trainyard_grpc_calls_total{method="a/Wait",code="DEADLINE_EXCEEDED"} 1');
  expect(text).toContain('trainyard_grpc_calls_total{method="a/Wait",code="CANCELLED"} 1');
});

test('at the end accepted calls are answered, and no others', async () => {
  const { method, calls, finish } = waiting();
  const { client, server } = await open({ '/a/Wait': method }, { patience: 10_000 });
  const accepted = ask(client, '/a/Wait', Buffer.from('x'));
  await expect.poll(() => calls.length).toBe(1);
  const closed = server.close();
  const late = openRaw(server.address);
  expect((await ask(late, '/a/Echo')).status).toBeUndefined();
  finish();
  expect(await accepted).toMatchObject({ status: '0', data: Buffer.from('x') });
  await closed;
});

test('calls that do not end in time are ended, and after a delay that is asked for calls are still answered', async () => {
  const { method, calls } = waiting();
  const { client, server, connect } = await open({ '/a/Wait': method });
  const stuck = ask(client, '/a/Wait');
  await expect.poll(() => calls.length).toBe(1);
  const closed = server.close(300);
  expect((await ask(connect(), '/a/Echo')).status).toBe('0');
  await closed;
  expect((await stuck).status).toBeUndefined();
});

const ring = (key: string) => keyRing([{ name: 'ada', key, where: 'here' }]);
const [ordinary, managing] = ['k'.repeat(16), 'm'.repeat(16)];

test('keys are asked for before the message is received', async () => {
  const open1 = await open(
    { '/a/Open': { ...echo, access: 'open' }, '/a/Models': { ...echo, access: 'models' } },
    { keys: ring(ordinary), modelKeys: ring(managing) },
  );
  const status = async (path: string, headers = {}) =>
    (await ask(open1.client, path, Buffer.alloc(0), headers)).status;
  expect(await status('/a/Open')).toBe('0');
  expect(await status('/a/Echo')).toBe('16');
  expect(await status('/a/Echo', { authorization: `Bearer ${ordinary}` })).toBe('0');
  expect(await status('/a/Echo', { 'x-api-key': ordinary })).toBe('0');
  expect(await status('/a/Models', { 'x-api-key': ordinary })).toBe('16');
  expect(await status('/a/Models', { 'x-api-key': managing })).toBe('0');
  const call = open1.client.call('/a/Echo');
  call.write(prefix(100)); // the rest never comes
  expect((await call.answer).status).toBe('16');
});

test('the quota of a key counts calls, and is asked for pictures before they are received', async () => {
  let asked = 0;
  const over = () => {
    throw new Refusal(429, 'none is left to this key', 60);
  };
  const quotas = (owner: string) => ({
    takeRequest: () => (owner === 'ada' && ++asked > 2 ? over() : undefined),
    expectPictures: over,
    takePictures: over,
    headers: () => ({}),
  });
  const { client } = await open(
    { '/a/Pictures': { ...echo, pictures: true } },
    { keys: ring(ordinary), quotas },
  );
  const key = { 'x-api-key': ordinary };
  expect((await ask(client, '/a/Echo', Buffer.alloc(0), key)).status).toBe('0');
  const call = client.call('/a/Pictures', key);
  call.write(prefix(100)); // the rest never comes
  const limited = { status: '8', message: 'none is left to this key', pushback: '60000' };
  expect(await call.answer).toMatchObject(limited);
  expect(await ask(client, '/a/Echo', Buffer.alloc(0), key)).toMatchObject(limited);
});

test('errors have their codes, a bug says nothing of itself, and its stack is in the log', async () => {
  const fail = (error: unknown): Method => ({ ...echo, answer: () => Promise.reject(error) });
  const statuses: [number, string][] = [
    [400, '3'],
    [401, '16'],
    [403, '7'],
    [404, '5'],
    [408, '1'],
    [409, '9'],
    [413, '3'],
    [415, '3'],
    [422, '3'],
    [429, '8'],
    [503, '14'],
    [504, '4'],
  ];
  const { client, log } = await open({
    ...Object.fromEntries(
      statuses.map(([status]) => [`/a/${status}`, fail(new Refusal(status as 400, `ä ${status} %`))]),
    ),
    '/a/Full': fail(new Refusal(503, 'the queue is full', 7)),
    '/a/Bug': fail(new Error('secret')),
  });
  for (const [status, code] of statuses)
    expect(await ask(client, `/a/${status}`)).toMatchObject({ status: code, message: `ä ${status} %` });
  expect(await ask(client, '/a/Full')).toMatchObject({ status: '8', pushback: '7000' });
  const bug = await ask(client, '/a/Bug');
  expect([bug.status, bug.message]).toEqual(['13', 'an error in the server; its log has the details']);
  expect(log.filter((line) => line.includes('secret'))).toEqual([
    expect.stringMatching(/^gRPC \/a\/Bug: Error: secret\n +at /),
  ]);
  expect(log).toContainEqual(expect.stringMatching(/^gRPC \/a\/Full RESOURCE_EXHAUSTED in [\d.]+ ms$/));
});

test('a port that is taken is said with the option that chooses it', async () => {
  const { server } = await open({});
  const options = {
    methods: new Map(),
    openMemory: createByteBudget(1),
    keys: undefined,
    modelKeys: undefined,
  };
  const taken = listenGrpc('127.0.0.1', Number(server.address.split(':')[1]), {
    ...options,
    log: () => {},
    logRequests: 'none',
    metrics: undefined,
  });
  await expect(taken).rejects.toThrow(
    /in use: .* choose another port with --grpc-port \(--grpc-port 0 takes a free one\)/,
  );
});
