// What is promised of the installed page: files whose names have a hash come compressed, from copies in the cache.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { work } from '../../../serve/page/compress.ts';
import { copiesOf, withoutCopies } from '../../../serve/page/compressed-copies.ts';
import { pageFiles } from '../../../serve/routes/page.ts';
import { pageFolder } from '../../../setup/paths.mjs';
import { temporaryFolder } from '../harness.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let page: string;
let copies: string;
const text = 'one and the same '.repeat(100);

beforeAll(async () => {
  folder = await temporaryFolder();
  page = join(folder.path, 'page');
  copies = join(folder.path, 'copies');
  await mkdir(join(page, 'browser', 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), text);
  await writeFile(join(page, 'browser', 'assets', 'run-abc.wasm'), text);
  await writeFile(join(page, 'browser', 'assets', 'digit-abc.png'), text);
});
afterAll(() => folder.remove());

test('what a compressed copy helps, and what never changes under its name, gets copies once', async () => {
  expect(withoutCopies(page, copies)).toEqual(['browser/assets/run-abc.wasm']);
  await work({ page, copies });
  expect(withoutCopies(page, copies)).toEqual([]);
  expect(existsSync(join(page, 'browser', 'assets', 'run-abc.wasm.br'))).toBe(false);
});

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('they are sent as %s', async (encoding, decompress) => {
  const app = new Hono().use(pageFiles(page, copies));
  const headers = { 'accept-encoding': encoding };
  const response = await app.request('/browser/assets/run-abc.wasm', { headers });
  expect(response.headers.get('content-encoding')).toBe(encoding);
  expect(decompress(await response.arrayBuffer()).toString()).toBe(text);
  expect((await app.request('/', { headers })).headers.get('content-encoding')).toBeNull();
});

test('a page without test pictures, as the package’s, has none', async () => {
  const app = new Hono().use(pageFiles(page, copies));
  const response = await app.request('/test-pictures/index.json');
  expect([response.status, await response.json()]).toEqual([200, []]);
  expect(response.headers.get('content-type')).toContain('json');
  expect((await app.request('/test-pictures/mnist.json')).status).toBe(404);
  await mkdir(join(page, 'test-pictures'));
  await writeFile(join(page, 'test-pictures', 'index.json'), '["mnist"]');
  expect(await (await app.request('/test-pictures/index.json')).json()).toEqual(['mnist']);
});

test('a checkout has its copies beside the files', () => {
  expect(copiesOf(pageFolder)).toBeUndefined();
});
