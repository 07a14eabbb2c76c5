// `trainyard clean`: decided by keys in a real browser, trained on the table, and no file of the folder touched.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serve } from '@hono/node-server';
import { type Browser, chromium as launcher } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { pretrainedPath, root } from '../../../setup/paths.mjs';
import { fetchPretrained } from '../../../train/architectures/pretrained.ts';
import { appOf, clean } from '../../../train/clean/clean.ts';
import { prepare, tableFor } from '../../../train/clean/prepare.ts';
import { imagesOf } from '../../../train/datasets/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { folderRecipe } from '../../../train/recipes/folder.ts';
import { chromium } from '../../browser.ts';
import { noise, type Place, temporaryPlace } from '../datasets/folder/pictures.ts';

const [BRIGHT, DARK] = ['<img src=x onerror="document.title=1"> & ü', 'dark'];
let place: Place;
let browser: Browser;
let path: string;
beforeAll(async () => {
  // Loaded before the cache is another, which has no TensorFlow.
  void tf.version;
  await fetchPretrained({ pretrained: 'efficientnet-lite0' });
  const weights = pretrainedPath('efficientnet-lite0');
  place = temporaryPlace();
  const own = pretrainedPath('efficientnet-lite0');
  mkdirSync(dirname(own), { recursive: true });
  symlinkSync(weights, own);
  path = place.path;
  for (let i = 0; i < 14; i++) {
    place.write(`${BRIGHT}/${i}.png`, await noise(i).linear(0.3, 170).png().toBuffer());
    place.write(
      `${DARK}/${i}.png`,
      await noise(100 + i)
        .linear(0.3, 0)
        .png()
        .toBuffer(),
    );
  }
  // Wrong on purpose, and one picture under two labels.
  place.write(`${DARK}/wrong 'x'.png`, await noise(50).linear(0.3, 170).png().toBuffer());
  place.write(`${DARK}/again.webp`, await noise(3).linear(0.3, 170).webp({ lossless: true }).toBuffer());
  browser = await launcher.launch(await chromium());
});
afterAll(async () => {
  await browser?.close();
  place?.close();
});

const digests = () =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const { mtimeMs } = statSync(file);
      return `${file} ${mtimeMs} ${entry.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''}`;
    })
    .sort();

const token = 'the-token';
it('relabels, drops and undoes by keys, trains on the table, and touches no file', async () => {
  const before = digests();
  const out = tableFor(path);
  const prepared = await prepare(path, out, { size: 32 });
  const names = prepared.open.map(({ place: at, reason }) => [prepared.decisions.row(at).path, reason]);
  expect(names.slice(0, 2).map(([, reason]) => reason)).toEqual(['contradiction', 'contradiction']);
  expect(
    names
      .slice(0, 2)
      .map(([name]) => name)
      .sort(),
  ).toEqual([`photos/${BRIGHT}/3.png`, `photos/${DARK}/again.webp`]);
  expect(names[2]).toEqual([`photos/${DARK}/wrong 'x'.png`, 'label']);

  const app = appOf('<script>alert(1)</script>', prepared, 'npm run train', token);
  const hosts = { host: '127.0.0.1:1', 'content-type': 'application/json' };
  const post = (headers: Record<string, string>) =>
    app.request('/decisions', { method: 'POST', headers, body: '{"index":0,"decision":"drop"}' });
  expect((await app.request('/', { headers: { host: 'evil.example:80' } })).status).toBe(403);
  expect((await post(hosts)).status).toBe(403);
  expect((await post({ ...hosts, 'x-trainyard-token': 'another' })).status).toBe(403);
  expect((await app.request('/pictures/99', { headers: hosts })).status).toBe(404);
  expect(existsSync(out)).toBe(false);

  const server = await new Promise<ReturnType<typeof serve>>((done) => {
    const own = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => done(own));
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const page = await browser.newPage({ viewport: { width: 360, height: 700 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  const progress = (text: string) => page.locator('#progress').filter({ hasText: text }).waitFor();
  try {
    await page.goto(`http://127.0.0.1:${port}/`);
    await progress(`1 of ${prepared.open.length}`);
    expect(await page.locator('h1').textContent()).toBe('Clean <script>alert(1)</script>');
    await expect
      .poll(() =>
        page.locator('img').evaluateAll((all) => all.map((img) => (img as HTMLImageElement).naturalWidth)),
      )
      .toEqual([32, 32]);
    await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
    const violations = await page.evaluate<string[]>(
      'axe.run().then(({ violations }) => violations.map(({ id }) => id))',
    );
    expect(violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    complaints.length = 0;
    // The twin that is dark by its folder is dropped; the other one is kept.
    for (const index of [0, 1]) {
      const isDark = (await page.locator('#path').textContent())?.endsWith('again.webp');
      await page.keyboard.press(isDark ? 'd' : 'k');
      await progress(`${index + 2} of`);
    }
    await page.keyboard.press('d');
    await progress('2 dropped');
    await page.keyboard.press('u');
    await progress('3 of');
    expect(await page.locator('#path').textContent()).toBe(`photos/${DARK}/wrong 'x'.png`);
    const key = 1 + prepared.pictures.labels.indexOf(BRIGHT);
    await page.keyboard.press(String(key));
    await progress('1 relabeled, 1 dropped, 1 kept');
    expect(complaints).toEqual([]);
    expect(await page.title()).toBe('Clean <script>alert(1)</script>');
  } finally {
    await page.close();
    server.close();
  }

  expect(digests()).toEqual(before);
  const { pictures } = await folderRecipe({ path: out, size: 32, options: {} });
  expect(pictures.task).toBeUndefined();
  const labels = new Map(
    [pictures.train, pictures.validation].flatMap(({ files = [], labels: own }) =>
      files.map((file, i) => [file, pictures.labels[own[i] ?? 0]]),
    ),
  );
  expect(labels.size).toBe(29);
  expect(labels.get(`photos/${DARK}/wrong 'x'.png`)).toBe(BRIGHT);
  expect(labels.has(`photos/${DARK}/again.webp`)).toBe(false);
  expect(labels.get(`photos/${DARK}/0.png`)).toBe(DARK);
  expect(imagesOf(pictures.train, 0, 1)).toHaveLength(32 * 32 * 3);

  // Another start: what is decided is at the end, and no label of it is doubted again.
  const last = prepared.open.at(-1)?.place ?? -1;
  const unkept = await prepare(path, out, { size: 32 });
  expect(unkept.open.map(({ place: at }) => at)).toContain(last);
  unkept.decisions.decide(last, 'keep');
  const again = await prepare(path, out, { size: 32 });
  const decided = again.decided.map((at) => again.decisions.row(at).decision).sort();
  expect(decided).toEqual(['dropped', 'kept', 'kept', 'relabeled']);
  expect(again.open.filter(({ place: at }) => again.decided.includes(at))).toEqual([]);

  // For programs, of a table that is not there yet: the list as it was at first, one line each, on standard output alone.
  const lines = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await clean({ path, out: `${out}.csv`, size: 32, port: 0, print: 'json' });
  const printed = lines.mock.calls.map(([line]): unknown => JSON.parse(String(line)));
  lines.mockRestore();
  expect(printed).toEqual(names.map(([name, reason]) => expect.objectContaining({ path: name, reason })));
  expect(printed.length).toBeGreaterThan(0);
});
