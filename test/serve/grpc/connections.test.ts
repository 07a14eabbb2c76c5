// What is promised of connections over gRPC: what clients are told at their beginning, when idle ones are closed, and what of
// calls is in the log and in the metrics.
import { once } from 'node:events';
import type { Settings } from 'node:http2';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { timeoutOf } from '../../../serve/grpc/frame.ts';
import { type GrpcOptions, listenGrpc } from '../../../serve/grpc/listen.ts';
import type { Method } from '../../../serve/grpc/methods.ts';
import { createMetrics } from '../../../serve/http/metrics.ts';
import type { LogFields } from '../../../serve/log.ts';
import { createByteBudget } from '../../../serve/memory/byte-budget.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { connectionLimits } from '../../../serve/settings/limits.ts';
import { ask, openRaw } from './raw.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const echo: Method = { access: 'open', most: 1024, answer: (message) => message };

async function open(methods: Record<string, Method>, options: Partial<GrpcOptions> = {}, host = '127.0.0.1') {
  const log: [line: string, fields: LogFields | undefined][] = [];
  const metrics = createMetrics();
  const server = await listenGrpc(host, 0, {
    methods: new Map(Object.entries({ '/a/Echo': echo, ...methods })),
    openMemory: createByteBudget(1024 * 1024),
    ...{ keys: undefined, modelKeys: undefined, logRequests: 'failed', metrics, patience: 300 },
    log: (line, fields) => void log.push([line, fields]),
    ...options,
  });
  const client = openRaw(server.address);
  closers.push(() => server.close(), client.close);
  return { server, log, metrics, client };
}

test.each<[string, number]>([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['3S', 3000],
  ['500m', 500],
  ['250u', 0.25],
  ['4000000n', 4],
  ['00000007S', 7000],
  ['99999999m', 99_999_999],
])('the deadline %s is %d milliseconds', (header, expected) => {
  expect(timeoutOf(header)).toBeCloseTo(expected, 9);
});

test.each(['', '5', 'S', '123456789S', '-5S', 'x5S', '5Sx', '5s', '5 S', '1.5S'])(
  'the deadline "%s" is none, and refused',
  (header) => {
    expect(timeoutOf(undefined)).toBeUndefined();
    expect(() => timeoutOf(header)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `grpc-timeout: received ${header}, expected such as 500m or 2S`,
      }),
    );
  },
);

test('clients are told how many calls a connection takes, and how much of each', async () => {
  const { client } = await open({});
  const [settings]: Settings[] = await once(client.session, 'remoteSettings');
  expect(settings).toMatchObject({ maxConcurrentStreams: 256, initialWindowSize: 1024 * 1024 });
});

test('a connection whose call is in work is not idle, and is closed after so long without one', async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow: Method = { ...echo, answer: (message) => finished.then(() => message) };
  const connection = { ...connectionLimits, keepAliveTimeout: 100 };
  const { client, server } = await open({ '/a/Slow': slow }, { connection });
  const answer = ask(client, '/a/Slow', Buffer.from('x'));
  const idle = openRaw(server.address);
  closers.push(idle.close);
  await once(idle.session, 'close'); // so long it has taken
  expect(client.session.closed).toBe(false);
  const closed = once(client.session, 'close');
  finish();
  expect(await answer).toMatchObject({ status: '0', data: Buffer.from('x') });
  await closed;
});

test.each<[GrpcOptions['logRequests'], string[]]>([
  ['none', []],
  ['failed', ['UNIMPLEMENTED', 'NOT_FOUND']],
  ['all', ['OK', 'UNIMPLEMENTED', 'NOT_FOUND']],
])('calls are in the log as it is asked for, and all are counted: %s', async (logRequests, expected) => {
  const missing: Method = {
    ...echo,
    answer: (_, { asks }) => {
      asks('colors/3');
      return Promise.reject(new Refusal(404, 'there is none'));
    },
  };
  const { client, log, metrics } = await open({ '/a/Missing': missing }, { logRequests });
  for (const path of ['/a/Echo', '/a/None', '/a/Missing']) await ask(client, path, Buffer.alloc(3));
  const paths = { OK: '/a/Echo', UNIMPLEMENTED: '/a/None', NOT_FOUND: '/a/Missing' } as const;
  expect(log).toEqual(
    expected.map((code) => {
      const path = paths[code as keyof typeof paths];
      return [
        expect.stringMatching(new RegExp(`^gRPC ${path} ${code} in [0-9.]+ ms$`)),
        {
          ...{ level: code === 'OK' ? 'info' : 'warn', method: 'gRPC', path, code, key: undefined },
          milliseconds: expect.any(Number),
          model: code === 'NOT_FOUND' ? 'colors/3' : undefined,
        },
      ];
    }),
  );
  const { text } = await metrics.scrape();
  // Names that there are not are not counted one by one.
  for (const labels of [
    'method="a/Echo",code="OK"',
    'method="*",code="UNIMPLEMENTED"',
    'method="a/Missing",code="NOT_FOUND"',
  ])
    expect(text).toContain(`trainyard_grpc_calls_total{${labels}} 1`);
});

test('an address of IPv6 is in brackets', async ({ skip }) => {
  const own = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
  skip(!own, 'this machine has no IPv6');
  const { server, client } = await open({}, {}, '::1');
  expect(server.address).toMatch(/^\[::1\]:\d+$/);
  expect((await ask(client, '/a/Echo')).status).toBe('0');
});
