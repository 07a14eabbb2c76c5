// What is promised to the owners of keys: what they have, what is left, and when they may come again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeys } from '../../../serve/http/api-keys.ts';
import { createMetrics } from '../../../serve/http/metrics.ts';
import { createQuotas } from '../../../serve/http/quotas.ts';
import { colors, openTestApp, refusal } from '../harness.ts';
import { plain } from '../pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-quotas-'));
const key = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';
const file = join(folder, 'keys');
writeFileSync(
  file,
  `lab ${key} requests-per-minute=4\nlab ${key}-new requests-per-minute=4\nshop ${key}-shop pictures-per-day=5\nfree ${key}-free\n`,
);
const { ring, quotas: quotaOf } = readKeys(file);

let time = Date.UTC(2026, 10, 30, 12, 0, 15);
const metrics = createMetrics();
const quotas = createQuotas(
  (owner) => quotaOf.get(owner),
  metrics.quotaObserver,
  () => time,
);

let server: Awaited<ReturnType<typeof openTestApp>>;
beforeAll(async () => {
  server = await openTestApp({ models: [colors], keys: ring, quotas, logRequests: 'all', cors: ['*'] });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, of = '') => server.app.request(path, { headers: { 'x-api-key': key + of } });

async function classify(of: string, count: number, path = '/classify'): Promise<Response> {
  const form = new FormData();
  for (let i = 0; i < count; i++)
    form.append('img', new Blob([new Uint8Array(await plain('red'))]), `${i}.png`);
  return server.app.request(path, { method: 'POST', body: form, headers: { 'x-api-key': key + of } });
}

test('requests of both keys of a name are counted together, on every address, and refused with what to do', async () => {
  const answers = [
    await get('/models'),
    await get('/v2', '-new'),
    await get('/models/nothing'),
    await get('/metrics'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 200]);
  expect(answers.map(({ headers }) => headers.get('ratelimit'))).toEqual(
    [3, 2, 1, 0].map((left) => `"requests";r=${left};t=45`),
  );
  expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"requests";q=4;w=60');
  for (const path of ['/models', '/models/nothing']) {
    const refused = await get(path, '-new');
    expect(refused.headers.get('retry-after')).toBe('45');
    expect(refused.headers.get('ratelimit')).toBe('"requests";r=0;t=45');
    expect(await refusal(refused)).toEqual({
      status: 429,
      error: 'received 1 request where 0 of 4 a minute are left to this key: try again in 45 s',
    });
    expect(server.fields.at(-1)).toMatchObject({ status: 429, key: 'lab', level: 'warn' });
  }
  expect((await server.app.request('/healthz')).status).toBe(200);
  expect((await get('/models', '-unknown')).status).toBe(401);
  time += 45_000;
  expect((await get('/models')).status).toBe(200);
});

test('pictures are counted where they are known, and none is classified beyond the quota', async () => {
  expect((await classify('-shop', 3)).headers.get('ratelimit')).toMatch(/^"pictures";r=2;/);
  const beyond = await classify('-shop', 3);
  expect(beyond.headers.get('retry-after')).toBe(
    String(Number(/t=(\d+)$/.exec(beyond.headers.get('ratelimit') ?? '')?.[1])),
  );
  expect(await refusal(beyond)).toMatchObject({
    status: 429,
    error: expect.stringMatching(/^received 3 pictures where 2 of 5 a day \(UTC\) are left/),
  });
  const tensor = {
    inputs: [
      {
        name: 'image',
        shape: [2],
        datatype: 'BYTES',
        data: Array(2).fill((await plain('red')).toString('base64')),
      },
    ],
  };
  const infer = () =>
    server.app.request('/v2/models/colors/infer', {
      method: 'POST',
      body: JSON.stringify(tensor),
      headers: { 'x-api-key': `${key}-shop` },
    });
  expect((await infer()).headers.get('ratelimit')).toMatch(/^"pictures";r=0;/);
  expect((await infer()).status).toBe(429);
  expect((await classify('-shop', 1, '/models/colors/classify')).status).toBe(429);
  expect((await get('/models', '-shop')).status).toBe(200);
});

test('a body is not received when no picture is left', async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1000));
      if (pulled > 50) controller.close();
    },
  });
  const headers = { 'x-api-key': `${key}-shop` };
  const options = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
  expect((await server.app.request('/classify', options)).status).toBe(429);
  expect(pulled).toBeLessThan(5);
});

test('a key without a quota has no such headers, and no end', async () => {
  for (let i = 0; i < 12; i++) expect((await get('/models', '-free')).status).toBe(200);
  const { headers } = await classify('-free', 2);
  expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
});

test('pages of other origins may read them', async () => {
  const { headers } = await server.app.request('/healthz', { headers: { origin: 'https://a.test' } });
  expect(headers.get('access-control-expose-headers')).toContain('RateLimit, RateLimit-Policy');
});

test('metrics count by the name of the key, never by the key', async () => {
  const { text } = await metrics.scrape();
  for (const line of [
    'trainyard_key_used_total{key="lab",what="requests"} 5',
    'trainyard_key_limited_total{key="lab"} 2',
    'trainyard_key_used_total{key="shop",what="pictures"} 5',
    'trainyard_key_limited_total{key="shop"} 4',
    'trainyard_key_used_total{key="free",what="pictures"} 2',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).not.toContain(key);
});
