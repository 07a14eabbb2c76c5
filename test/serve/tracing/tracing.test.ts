// What is promised of traces: a collector that others wrote gets the spans of a request, in the trace that its sender began.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { asksForTraces, openTracing } from '../../../serve/tracing/settings.ts';
import { traceIdOf } from '../../../serve/tracing/traced-request.ts';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import { freePort, listening, program } from '../../listening.ts';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';

const spanSchema = z.object({
  name: z.string(),
  kind: z.number(),
  trace: z.string(),
  span: z.string(),
  parent: z.string(),
  state: z.string(),
  start: z.number(),
  end: z.number(),
  attributes: z.record(z.string(), z.unknown()),
  events: z.array(z.record(z.string(), z.unknown())),
  status: z.object({ code: z.number(), message: z.string() }),
});
const exportSchema = z.object({
  path: z.string(),
  type: z.string(),
  sent_by: z.string().nullable(),
  spans: z.array(spanSchema),
  resource: z.array(z.record(z.string(), z.unknown())),
});
type Export = z.infer<typeof exportSchema>;

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: ChildProcess;
let endpoint: string;
const exports: Export[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await fillRepository(folder.path, [colors]);
  const script = fileURLToPath(new URL('./collector.py', import.meta.url));
  collector = spawn(pythonOf('test'), [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  endpoint = await new Promise((resolve) => {
    let rest = '';
    collector.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const said: unknown = JSON.parse(line);
        const started = z.object({ port: z.number() }).safeParse(said);
        if (started.success) resolve(`http://127.0.0.1:${started.data.port}`);
        else exports.push(exportSchema.parse(said));
      }
    });
  });
});
afterAll(async () => {
  const ended = once(collector, 'exit');
  collector.kill();
  await ended;
  await folder.remove();
});

let servers = 0;

/** The address of the collector for one server: what was sent to it is told from what was sent before. */
const ownEndpoint = () => `${endpoint}/${++servers}`;

/** All that the collector got under an address. */
async function collected(address: string): Promise<Export[]> {
  const { pathname } = new URL(address);
  await fetch(`${address}/last`, { method: 'POST' }); // what came before is printed before it
  await expect.poll(() => exports.some(({ path }) => path === `${pathname}/last`)).toBe(true);
  return exports.filter(({ path }) => path.startsWith(`${pathname}/`) && !path.endsWith('/last'));
}

/** A server with these variables. `end` stops it, and gives what the collector got, and the lines of its log. */
async function serve(variables: Record<string, string>) {
  const own = ownEndpoint();
  const words = [program, 'serve', '--port', '0', '--repository', folder.path, '--threads', '1'];
  const child = spawn(process.execPath, [...words, '--log-requests', 'all', '--log-format', 'json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: own, ...variables },
  });
  const ended = once(child, 'exit');
  const { url, printed } = await listening(child);
  return {
    url,
    async end() {
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      const log = printed()
        .trim()
        .split('\n')
        .map((line): Record<string, unknown> => JSON.parse(line));
      const sent = await collected(own);
      return { sent, spans: sent.flatMap(({ spans }) => spans), log };
    },
  };
}

async function classify(url: string, count: number, headers: Record<string, string> = {}) {
  const form = new FormData();
  for (let i = 0; i < count; i++)
    form.append('img', new Blob([new Uint8Array(await plain('red'))]), `${i}.png`);
  return (await fetch(`${url}/classify`, { method: 'POST', body: form, headers })).json();
}

test('a request has its span in the trace of its sender, and the stages of its picture below it', async () => {
  const { url, end } = await serve({
    OTEL_EXPORTER_OTLP_HEADERS: 'x-sent-by=trainyard%20test',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const traceparent = `00-${TRACE}-${PARENT}-01`;
  const before = Date.now();
  const answer = await classify(url, 1, { traceparent, tracestate: 'vendor=x', 'x-request-id': 'one' });
  const after = Date.now();
  const { sent, spans, log } = await end();

  expect(sent[0]).toMatchObject({
    path: expect.stringMatching(/^\/\d+\/v1\/traces$/),
    type: 'application/x-protobuf',
    sent_by: 'trainyard test',
    resource: [{ 'service.name': 'trainyard', 'deployment.environment.name': 'test' }],
  });
  const request = spans.find(({ name }) => name === 'POST /classify');
  expect(request).toMatchObject({
    kind: 2, // SPAN_KIND_SERVER
    trace: TRACE,
    parent: PARENT,
    state: 'vendor=x',
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/classify',
      'url.path': '/classify',
      'url.scheme': 'http',
      'http.response.status_code': '200',
      'client.address': '127.0.0.1',
      'trainyard.request_id': 'one',
      'trainyard.pictures': '1',
    },
    events: [],
    status: { code: 0 },
  });
  expect(request?.start).toBeGreaterThanOrEqual(before - 5);
  expect(request?.end).toBeLessThanOrEqual(after + 5);

  const stages = spans.filter(({ parent }) => parent === request?.span);
  expect(stages.map(({ name }) => name)).toEqual(['receive', 'queue', 'decode', 'prepare', 'run']);
  for (const { trace, start, end } of stages) {
    expect(trace).toBe(TRACE);
    expect(start).toBeGreaterThanOrEqual((request?.start ?? 0) - 0.01);
    expect(end).toBeLessThanOrEqual((request?.end ?? 0) + 0.01);
    expect(end).toBeGreaterThanOrEqual(start);
  }
  const model = { 'trainyard.model': 'colors', 'trainyard.model_version': '1' };
  for (const { name, start, end, attributes } of stages.slice(1)) {
    expect(attributes).toEqual(name === 'run' ? { ...model, 'trainyard.batch_size': '1' } : model);
    expect(end - start).toBeCloseTo(answer.timings[name], 1);
  }
  expect(spans).toHaveLength(6);
  expect(log).toContainEqual(
    expect.objectContaining({ path: '/classify', requestId: 'one', traceId: TRACE }),
  );
});

test('errors are recorded, probes are not, a trace begins where no sender has one, and of many pictures some have spans', async () => {
  const { url, end } = await serve({});
  for (const path of ['/healthz', '/readyz', '/metrics', '/v2/health/live'])
    await (await fetch(url + path)).text();
  await (await fetch(`${url}/classify`, { method: 'POST', body: 'no picture' })).text();
  await classify(url, 20);
  const { spans, log } = await end();
  const [refused, many, ...others] = spans.filter(({ kind }) => kind === 2);
  expect(others).toEqual([]);
  expect(refused).toMatchObject({
    parent: '',
    attributes: { 'http.response.status_code': '415' },
    events: [
      {
        name: 'exception',
        'exception.type': 'Refusal',
        'exception.message': expect.stringMatching(/picture/),
      },
    ],
    status: { code: 0 }, // the fault is the client's
  });
  expect(refused?.trace).toMatch(/^[0-9a-f]{32}$/);
  expect(many?.trace).not.toBe(refused?.trace);
  expect(many?.attributes['trainyard.pictures']).toBe('20');
  const runs = spans.filter(({ name }) => name === 'run');
  expect(runs).toHaveLength(8);
  for (const { attributes } of runs)
    expect(Number(attributes['trainyard.batch_size'])).toBeLessThanOrEqual(20);
  expect(runs.some(({ attributes }) => Number(attributes['trainyard.batch_size']) > 1)).toBe(true);
  const lines = log.filter(({ path }) => path === '/classify');
  expect(lines.map(({ traceId }) => traceId)).toEqual([refused?.trace, many?.trace]);
});

test('a fault of the server is an error of its span', async () => {
  const { createTracing } = await import('../../../serve/tracing/open-telemetry.ts');
  const own = ownEndpoint();
  process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = `${own}/v1/traces`;
  const tracing = createTracing(() => {});
  delete process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const start = performance.now();
  tracing.record({
    ...{ id: 'one', method: 'POST', path: '/classify', route: '/classify', status: 500, protocol: 'https' },
    ...{ address: undefined, key: 'lab', start, end: start + 5, header: () => undefined, pictures: [] },
    errors: [new TypeError('broken')],
  });
  await tracing.close();
  expect((await collected(own)).flatMap(({ spans }) => spans)).toMatchObject([
    {
      attributes: { 'error.type': '500', 'url.scheme': 'https', 'trainyard.key': 'lab' },
      events: [
        {
          'exception.type': 'TypeError',
          'exception.message': 'broken',
          'exception.stacktrace': expect.stringContaining('tracing.test'),
        },
      ],
      status: { code: 2, message: 'broken' },
    },
  ]);
});

test.each([
  ['always_off', {}, `00-${TRACE}-${PARENT}-01`, 0],
  ['parentbased_always_on', {}, `00-${TRACE}-${PARENT}-00`, 0],
  ['parentbased_always_off', {}, `00-${TRACE}-${PARENT}-01`, 6],
  ['traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0' }, `00-${TRACE}-${PARENT}-01`, 0],
])(
  'with OTEL_TRACES_SAMPLER=%s %j and %s the collector gets %i spans, and the log the trace',
  async (sampler, more, traceparent, count) => {
    const { url, end } = await serve({
      OTEL_TRACES_SAMPLER: sampler,
      ...more,
    });
    await classify(url, 1, { traceparent });
    const { spans, log } = await end();
    expect(spans).toHaveLength(count);
    expect(log).toContainEqual(expect.objectContaining({ path: '/classify', traceId: TRACE }));
  },
);

test('a collector that cannot be reached is said once, and fails no request', async () => {
  const { url, end } = await serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_EXPORTER_OTLP_TIMEOUT: '200',
  });
  for (let i = 0; i < 3; i++) {
    expect(await classify(url, 1)).toMatchObject({ model: 'colors' });
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  const { log } = await end();
  expect(log.filter(({ msg }) => String(msg).startsWith('traces cannot be sent'))).toHaveLength(1);
});

/** As where the packages are not installed. */
const WITHOUT_OPENTELEMETRY = hook(`export function resolve(name, context, next) {
  if (name !== '@opentelemetry/exporter-trace-otlp-proto') return next(name, context);
  throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
}`);

/** Options of Node that have modules found by this code. */
function hook(code: string): string {
  const url = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;
  return `--import ${url(`import { register } from 'node:module'; register(${JSON.stringify(url(code))});`)}`;
}

test('where OpenTelemetry is not installed, the log says what to install, and requests are answered', async () => {
  const { url, end } = await serve({
    NODE_OPTIONS: WITHOUT_OPENTELEMETRY,
  });
  expect(await classify(url, 1)).toMatchObject({ model: 'colors' });
  const { spans, log } = await end();
  expect(spans).toEqual([]);
  expect(log).toContainEqual(
    expect.objectContaining({
      level: 'error',
      msg: expect.stringMatching(
        /^OTEL_EXPORTER_OTLP_ENDPOINT is set, and requests are not traced, .* npm install @opentelemetry\/api@1\.9 .*sdk-trace-base;/,
      ),
    }),
  );
});

describe('without the variables', () => {
  test('nothing is sent nor loaded, and the log has the trace of the sender', async () => {
    const { url, end } = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
      NODE_OPTIONS: WITHOUT_OPENTELEMETRY,
    });
    await classify(url, 1, { traceparent: `00-${TRACE}-${PARENT}-01` });
    await classify(url, 1, { traceparent: 'nonsense' });
    const { spans, log } = await end();
    expect(spans).toEqual([]);
    const requests = log.filter(({ path }) => path === '/classify');
    expect(requests.map(({ traceId }) => traceId)).toEqual([TRACE, undefined]);
    expect(JSON.stringify(log)).not.toContain('OpenTelemetry');
  });

  test.each([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'false' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://x' }, undefined],
  ])('%j asks for traces by %s', async (environment, variable) => {
    expect(asksForTraces(environment)).toBe(variable);
    if (variable === undefined) expect(await openTracing(environment, () => {})).toBeUndefined();
  });
});

test.each(['collector:4318', '127.0.0.1:4318', 'http://', 'grpc://collector:4317'])(
  'an address that is none, %s, is said and nothing is traced',
  async (address) => {
    const lines: string[] = [];
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: address };
    expect(await openTracing(environment, (line) => lines.push(line))).toBeUndefined();
    expect(lines).toEqual([
      `OTEL_EXPORTER_OTLP_ENDPOINT: received "${address}", expected an address such as http://127.0.0.1:4318; requests are not traced`,
    ]);
  },
);

test.each([
  [`00-${TRACE}-${PARENT}-01`, TRACE],
  [`cc-${TRACE}-${PARENT}-01-what-comes`, TRACE],
  [`ff-${TRACE}-${PARENT}-01`, undefined],
  [`00-${'0'.repeat(32)}-${PARENT}-01`, undefined],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
  [`00-${TRACE.toUpperCase()}-${PARENT}-01`, undefined],
  [`00-${TRACE}-${PARENT}`, undefined],
  [`00-${TRACE}x-${PARENT}-01`, undefined],
  [undefined, undefined],
])('the trace of %s is %s', (header, id) => {
  expect(traceIdOf(header)).toBe(id);
});
