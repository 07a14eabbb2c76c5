// What is promised of every request: an id, times, headers for the browser; keys and origins where they are asked for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKeys } from '../../../serve/http/api-keys.ts';
import { colors, openTestApp, refusal } from '../harness.ts';
import { plain } from '../pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-frame-'));
const file = join(folder, 'keys');
const key = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';
writeFileSync(file, `# who may ask\nlaboratory ${key}\n\n0123456789abcdef\n`);

let server: Awaited<ReturnType<typeof openTestApp>>;
let guarded: Awaited<ReturnType<typeof openTestApp>>;

beforeAll(async () => {
  const models = [colors];
  server = await openTestApp({ models, logRequests: 'all', cors: ['https://example.org'] });
  guarded = await openTestApp({ models, logRequests: 'failed', keys: readKeys(file).ring, page: folder });
});
afterAll(async () => {
  await server.close();
  await guarded.close();
  rmSync(folder, { recursive: true });
});

const addresses = ['/healthz', '/readyz', '/models', '/classify', '/nothing', '/'];

test.each(addresses)('%s: Server-Timing, an id, and headers that keep a browser safe', async (address) => {
  const { headers } = await server.app.request(address);
  expect(headers.get('server-timing')).toMatch(/total;dur=\d+\.\d{3}$/);
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
});

test('an id that the sender gives is kept, in the answer and in the log; one that could forge a line is not', async () => {
  const ask = async (id: string) =>
    (await server.app.request('/models', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
  expect(await ask('trace-1:a.b/c')).toBe('trace-1:a.b/c');
  for (const id of ['a b', 'x'.repeat(129), '{"level":"error"}']) expect(await ask(id)).not.toBe(id);
  const ids = server.fields.map(({ requestId }) => requestId);
  expect(ids).toContain('trace-1:a.b/c');
});

test('each request has its line, with what it asked and how long it took', async () => {
  await server.post(await plain('red'), '?model=colors');
  expect(server.log.at(-1)).toMatch(/^POST \/classify 200 in [\d.]+ ms$/);
  expect(server.fields.at(-1)).toMatchObject({
    method: 'POST',
    path: '/classify',
    status: 200,
    model: 'colors/1',
  });
  await server.app.request('/nothing');
  expect(server.fields.at(-1)).toMatchObject({ level: 'warn', status: 404 });
});

describe('other origins', () => {
  const ask = (origin: string, options: RequestInit = {}, path = '/models') =>
    server.app.request(path, { ...options, headers: { origin, ...options.headers } });

  test('a listed one may read answers and ask first', async () => {
    const { headers } = await ask('https://example.org');
    expect(headers.get('access-control-allow-origin')).toBe('https://example.org');
    expect(headers.get('vary')).toBe('Origin');
    const preflight = await ask(
      'https://example.org',
      { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } },
      '/classify',
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-API-Key');
  });

  test('another one may not', async () => {
    const { headers } = await ask('https://example.org.evil.test');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('none may when none is listed', async () => {
    const response = await guarded.app.request('/healthz', { headers: { origin: 'https://example.org' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('frames', () => {
  const ask = async (address: string, embed: string[]) => {
    const { app, close } = await openTestApp({ models: [colors], page: folder, embed });
    const { headers } = await app.request(address);
    await close();
    const [, ancestors] = /frame-ancestors ([^;]*)$/.exec(headers.get('content-security-policy') ?? '') ?? [];
    return [ancestors, headers.get('x-frame-options'), headers.get('cross-origin-resource-policy')];
  };

  test('of listed origins may show the embedded page, and nothing else', async () => {
    const origins = ['https://example.org', 'https://*.example.net'];
    expect(await ask('/?embed=1', origins)).toEqual([origins.join(' '), null, 'cross-origin']);
    expect(await ask('/?embed=1', ['*'])).toEqual(['*', null, 'cross-origin']);
    for (const address of ['/', '/?embed=0', '/models?embed=1', '/teach.html?embed=1'])
      expect(await ask(address, origins), address).toEqual(["'none'", 'DENY', 'same-origin']);
  });

  test('may show nothing when no origin is listed', async () => {
    expect(await ask('/?embed=1', [])).toEqual(["'none'", 'DENY', 'same-origin']);
  });
});

describe('keys', () => {
  test('without one, nothing but signs of life and descriptions answers', async () => {
    const routes = guarded.app.routes.filter(({ path, method }) => !path.includes('*') && method !== 'ALL');
    expect(routes.length).toBeGreaterThan(5);
    const open: string[] = [];
    for (const { path, method } of routes) {
      const address = path.replace(/:model|:name/, 'colors').replace(/:version[^/]*/, '1');
      const response = await guarded.app.request(address, { method });
      if (response.status === 401) expect((await refusal(response)).error).toContain('this needs a key');
      else open.push(path);
    }
    for (const path of open)
      expect(path).toMatch(
        /^\/(healthz|readyz|docs(\/(style\.css|try\.js))?|openapi\.json|v2\/health\/(live|ready))$/,
      );
    expect((await guarded.app.request('/%63lassify', { method: 'POST' })).status).toBe(401);
  });

  test('no key and a wrong one are told apart, and the key is not repeated', async () => {
    const said = async (headers: Record<string, string>) =>
      (await refusal(await guarded.app.request('/models', { headers }))).error;
    expect(await said({})).toMatch(/^this needs a key: send it as/);
    expect(await said({ authorization: `Basic ${key}` })).toMatch(/^this needs a key: send it as/);
    for (const headers of [{ 'x-api-key': `${key}x` }, { authorization: `Bearer ${key}x` }]) {
      expect(await said(headers)).toMatch(/^received a key that is not known here/);
      expect(await said(headers)).not.toContain(key);
    }
  });

  test('a key opens, in either header, and the log names its owner', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await guarded.app.request('/models', { headers })).status;
    expect(await ask({ authorization: `Bearer ${key}` })).toBe(200);
    expect(await ask({ 'x-api-key': key })).toBe(200);
    expect(await ask({ 'x-api-key': '0123456789abcdef' })).toBe(200);
    expect(await ask({ 'x-api-key': `${key}x` })).toBe(401);
    expect(await ask({ 'x-api-key': 'laboratory' })).toBe(401);
    expect(await ask({ authorization: `Basic ${key}` })).toBe(401);
    await guarded.app.request('/classify?no=1', { method: 'POST', headers: { 'x-api-key': key } });
    expect(guarded.fields.at(-1)).toMatchObject({ status: 400, key: 'laboratory' });
    expect(JSON.stringify([guarded.log, guarded.fields])).not.toContain(key);
  });

  test.each([
    ['none', '# nothing\n', /holds no key/],
    ['short ones', `a ${key}\nb short\n`, /line 2: expected a key of 16 characters at least/],
    ['too many words', `a b ${key}\n`, /line 1/],
  ])('a file with %s is refused without showing a key', (_, content, error) => {
    const path = join(folder, 'bad');
    writeFileSync(path, content);
    expect(() => readKeys(path)).toThrow(error);
    expect(() => readKeys(path)).not.toThrow(key);
  });

  test('a file that is not there is named', () => {
    expect(() => readKeys(join(folder, 'none'))).toThrow(/cannot be read.*none: it is not there\. /);
  });
});
