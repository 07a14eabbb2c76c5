// What /docs promises in a browser: it fits a phone, names the address at which it is seen, and sends what it describes.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type Browser, chromium as launcher } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../../serve/http/listen.ts';
import { chromium } from '../../browser.ts';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';

const KEY = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';

let server: Awaited<ReturnType<typeof openTestApp>>;
let listening: Awaited<ReturnType<typeof listen>>;
let browser: Browser;

beforeAll(async () => {
  const keys = (key: string) => (key === KEY ? 'somebody' : undefined);
  server = await openTestApp({ models: [colors], keys });
  listening = await listen(server.app, '127.0.0.1', 0);
  browser = await launcher.launch(await chromium());
});
afterAll(async () => {
  await browser.close();
  await listening.close();
  await server.close();
});

/** A proxy that has the server below /ai, as nginx's `location /ai/ { proxy_pass http://server/; }` has. */
async function proxy() {
  const front = createServer((asked, answer) => {
    const path = asked.url?.replace(/^\/ai/, '') ?? '/';
    const passed = request(listening.url + path, { method: asked.method, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    });
    asked.pipe(passed);
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const { port } = Object(front.address());
  return { url: `http://127.0.0.1:${port}/ai`, close: () => front.close() };
}

test('on a phone, behind a proxy that has the server below a path', async () => {
  const { url, close } = await proxy();
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const problems: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${url}/docs`);
  const article = page.locator('article[data-path="/classify"]');
  await article.getByText('Try it').click();

  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(await page.locator('pre.example').first().textContent()).toBe(
    `curl -F img=@picture.png ${url}/classify?top=3`,
  );
  expect(problems).toEqual([]);

  await article.getByLabel('top:').fill('2');
  await article
    .getByLabel('Picture')
    .setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer: await plain('red') });
  await article.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => article.locator('output').textContent()).toMatch(/^401 .*this needs a key/s);
  await page.getByLabel(/^API key/).fill(KEY);
  await article.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => article.locator('output').textContent()).toMatch(/^200 .*"label": "red"/s);
  const answer = (await article.locator('output').textContent()) ?? '';
  expect(JSON.parse(answer.slice(answer.indexOf('{'))).predictions).toHaveLength(2);
  await page.close();
  close();
});
