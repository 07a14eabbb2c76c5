// What is promised of the page: its files with the right types, kept as long as is right, and no other file.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageFiles } from '../../../serve/routes/page.ts';
import { temporaryFolder } from '../harness.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let app: Hono;

beforeAll(async () => {
  folder = await temporaryFolder();
  const page = join(folder.path, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(folder.path, 'secret.txt'), 'secret');
  await writeFile(join(page, '.env'), 'secret');
  await writeFile(join(page, 'index.html'), '<!doctype html>');
  await writeFile(join(page, 'assets', 'run-abc.wasm'), 'wasm');
  await writeFile(join(page, 'assets', 'run-abc.wasm.br'), 'br');
  await writeFile(join(page, 'assets', 'run-abc.wasm.gz'), 'gz');
  await writeFile(join(page, 'assets', 'run-abc.mjs'), 'js');
  app = new Hono().use(pageFiles(page));
});
afterAll(() => folder.remove());

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
  ['/assets/run-abc.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
  ['/assets/run-abc.mjs', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
])('%s has its type and is kept as long as is right', async (path, type, keep) => {
  const response = await app.request(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('cache-control')).toBe(keep);
  const etag = response.headers.get('etag') ?? '';
  expect((await app.request(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test.each(['/ai', '/ai/', '/a/b', '/:tenant'])(
  'is served under %s, where the app is mounted there',
  async (prefix) => {
    const mounted = new Hono().route(prefix, app);
    const base = prefix.replace(/\/$/, '').replace(':tenant', 'me');
    const ask = async (path: string) => await (await mounted.request(base + path)).text();
    expect(await ask('/')).toBe('<!doctype html>');
    expect(await ask('/assets/run-abc.mjs')).toBe('js');
    const { status, headers } = await mounted.request(`${base}?embed=1`);
    expect(status).toBe(308);
    const { pathname, search } = new URL(headers.get('location') ?? '', `http://localhost${base}`);
    expect(pathname + search).toBe(`${base}/?embed=1`);
  },
);

test.each([
  ['gzip, deflate, br', 'br', 'br'],
  ['gzip', 'gzip', 'gz'],
  ['br;q=0, gzip;q=0.5', 'gzip', 'gz'],
  ['identity', null, 'wasm'],
  ['', null, 'wasm'],
])('with Accept-Encoding "%s" comes %s', async (accepted, encoding, content) => {
  const response = await app.request('/assets/run-abc.wasm', { headers: { 'accept-encoding': accepted } });
  expect(response.headers.get('content-encoding')).toBe(encoding);
  expect(response.headers.get('content-type')).toBe('application/wasm');
  expect(response.headers.get('vary')).toBe('Accept-Encoding');
  expect(await response.text()).toBe(content);
});

test('a file that is replaced time and again comes as long as it was announced', async () => {
  const path = join(folder.path, 'page', 'assets', 'run-def.js');
  await writeFile(path, 'x'.repeat(1000));
  let done = false;
  const replacing = (async () => {
    for (let i = 0; !done; i++) {
      await writeFile(`${path}.new`, 'x'.repeat(i % 2 === 0 ? 10 : 1000));
      await rename(`${path}.new`, path);
    }
  })();
  try {
    for (let i = 0; i < 300; i++) {
      const response = await app.request('/assets/run-def.js');
      const { length } = await response.text();
      expect(length).toBe(Number(response.headers.get('content-length')));
    }
  } finally {
    done = true;
    await replacing;
  }
});

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/assets/../../secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
  '/..%5csecret.txt',
  '/....//secret.txt',
  '/.env',
  '//etc/passwd',
  '/assets',
  '/assets/',
  '/index.html/',
  '/index.html%00.png',
  '/%',
  '/%ff',
  `/${'a'.repeat(5000)}`,
])('%s is not found', async (path) => {
  const response = await app.request(path);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain('secret');
});

test('a page that is not built says how to build it, and comes once it is', async () => {
  const later = join(folder.path, 'later');
  const early = new Hono().use(pageFiles(later));
  const response = await early.request('/');
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('npm run build')]);
  await mkdir(later);
  await writeFile(join(later, 'index.html'), 'built');
  expect(await (await early.request('/')).text()).toBe('built');
});
