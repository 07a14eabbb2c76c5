// After the first visit the page needs no network, nor a good one: it opens, draws, reads, and changes models that it has
// seen; deploys do not break it; and what is not its own on its host is left alone.
import {
  cpSync,
  createReadStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageFolder } from '../../setup/paths.mjs';
import { shippedModels } from '../shipped.ts';
import { modelReady, openStage, type Stage, visit } from './browser.ts';
import { drawStrokes } from './hands.ts';
import { strokesOf } from './strokes.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('with the network off, the second visit works like the first', async () => {
  const { page, complaints, requests } = await visit(stage, { serviceWorkers: 'allow' });
  await modelReady(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const first = requests.length;
  expect(requests.filter((url) => url.endsWith('.wasm'))).toHaveLength(1); // what the head fetches is what is compiled
  await page.context().setOffline(true);
  await page.reload();
  await modelReady(page);
  await drawStrokes(page, strokesOf('3'));
  await expect.poll(() => page.getByTestId('answer').innerText()).toBe('3');
  await page.getByRole('button', { name: 'Layers' }).click();
  await expect.poll(() => page.getByRole('slider').count()).toBe(8);
  await page.getByText('No server answers').waitFor();
  expect(requests.slice(first).filter((url) => url.includes('model.onnx'))).toEqual([]);
  expect(
    complaints.filter((line) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(line)),
  ).toEqual([]);
  await page.context().close();
});

describe('a host of files that is deployed to, and fails', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-offline-'));
  const builds = { first: join(folder, 'first'), second: join(folder, 'second') };
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.json': 'application/json',
    '.wasm': 'application/wasm',
    '.svg': 'image/svg+xml',
  };
  let deployed: keyof typeof builds = 'first';
  let failing: 'no' | 'hangs' | '502' | 'gone' = 'no';
  /** How long the browser's own cache may answer in place of the host. */
  let fresh = 'no-cache';
  let server: Server;
  let url = '';
  let context: BrowserContext;

  beforeAll(async () => {
    const wanted = (path: string) => !/\.(br|gz|png)$|asyncify/.test(path);
    for (const build of Object.values(builds)) {
      cpSync(pageFolder, build, { recursive: true, filter: wanted });
      cpSync(shippedModels.digits, join(build, 'digits.onnx'));
      cpSync(shippedModels.cifar, join(build, 'cifar.onnx'));
      const models = ['digits', 'cifar'].map((name) => ({ name, version: 1, url: `${name}.onnx` }));
      writeFileSync(join(build, 'models.json'), JSON.stringify({ models }));
    }
    deployAnew(builds.second);
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://host').pathname;
      if (failing === 'hangs') return;
      if (failing === 'gone') return request.socket.destroy();
      if (failing === '502')
        return response.writeHead(502, { 'content-type': 'text/html' }).end('Bad gateway');
      if (path === '/other/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n');
        return;
      }
      if (path.startsWith('/other/'))
        return response.writeHead(200, { 'content-type': 'text/html' }).end(path);
      const file = join(builds[deployed], path.replace(/\/$/, '/index.html'));
      if (!statSync(file, { throwIfNoEntry: false })?.isFile())
        return response.writeHead(404, { 'content-type': 'text/html' }).end('Not found');
      const store = file.endsWith('cifar.onnx') ? 'no-store' : fresh;
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'cache-control': store,
      });
      if (request.method === 'HEAD') response.end();
      else createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    context = await stage.browser.newContext();
  });
  afterAll(async () => {
    await context?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  /** Which build a page is of: the name of its script. */
  const buildOf = (page: Page) => page.locator('script[src]').getAttribute('src');
  const scriptOf = (build: string) =>
    /<script[^>]* src="([^"]+)"/.exec(readFileSync(join(build, 'index.html'), 'utf8'))?.[1];

  async function reads(page: Page): Promise<void> {
    await modelReady(page);
    await drawStrokes(page, strokesOf('7'));
    await expect.poll(() => page.getByTestId('answer').innerText()).toBe('7');
  }

  let old: Page;

  test('what is not the page’s own gets its answers, and none of them are kept', async () => {
    old = await open();
    await reads(old);
    await old.evaluate(() => navigator.serviceWorker.ready);
    await old.evaluate(
      () =>
        navigator.serviceWorker.controller ??
        new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve)),
    );
    const said = await old.evaluate(
      () =>
        new Promise((resolve) => {
          const events = new EventSource('other/events');
          events.onmessage = ({ data }) => {
            events.close();
            resolve(data);
          };
          events.onerror = () => resolve('nothing');
        }),
    );
    expect(said).toBe('hello');
    const frame = await old.evaluate(async () => (await fetch('other/page')).text());
    expect(frame).toBe('/other/page');
    await old.reload(); // now the worker sees the model come
    await modelReady(old);
    await old.getByRole('button', { name: 'Photo' }).click();
    await modelReady(old, 'cifar');
    await old.getByRole('button', { name: 'Draw' }).click();
    await modelReady(old);
    const kept = await old.evaluate(async () => {
      const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
      return (await Promise.all(caches_.map((cache) => cache.keys())))
        .flat()
        .map(({ url }) => new URL(url).pathname);
    });
    expect(kept).toContain('/digits.onnx');
    expect(kept.filter((path) => path.startsWith('/other') || path === '/cifar.onnx')).toEqual([]);
  });

  test.each(['502', 'hangs', 'gone'] as const)(
    'a server that %s: the page opens as it was, and reads',
    async (how) => {
      failing = how;
      server.closeAllConnections();
      const page = await open();
      await reads(page);
      failing = 'no';
      server.closeAllConnections(); // those that hang
      expect(await page.title()).toContain('Trainyard');
      await page.close();
    },
  );

  test('after a deploy a page that was open finds its files, a new one is of the new build, and both work without a network', async () => {
    fresh = 'max-age=3600';
    await (await open()).close();
    deployed = 'second';
    // The HTTP cache still has the first page: the worker of the second build must not keep that.
    await old.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      const next = registration.installing ?? registration.waiting;
      if (!next) throw new Error('no new worker');
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          if (next.state === 'installed') resolve();
          if (next.state === 'redundant') reject(new Error('it was not installed'));
        };
        next.addEventListener('statechange', look);
        look();
      });
    });
    // Another way to run the model starts its worker once more, from the build that is gone from the host.
    await old.getByLabel('WebAssembly, 1 thread').check();
    await modelReady(old);
    await drawStrokes(old, strokesOf('3'));
    await old.close();

    failing = 'gone';
    const page = await open();
    await expect.poll(() => buildOf(page)).toBe(scriptOf(builds.second));
    await reads(page);
    failing = 'no';
    await page.close();
  });
});

/** Makes of a build another one: every file with a hash has another name, and the worker another build. */
function deployAnew(build: string): void {
  const texts = ['index.html', 'teach.html', 'sw.js', 'browser/trainyard.js'];
  const folders = ['assets', 'browser/assets'];
  const renamed = folders.flatMap((sub) =>
    readdirSync(join(build, sub)).map((name) => ({
      sub,
      name,
      next: name.replace(/-(\w|-){8}\./, '-deployed.'),
    })),
  );
  for (const { sub, name, next } of renamed) renameSync(join(build, sub, name), join(build, sub, next));
  for (const path of [
    ...texts,
    ...readdirSync(join(build, 'assets'))
      .filter((name) => name.endsWith('.js'))
      .map((name) => `assets/${name}`),
  ]) {
    let text = readFileSync(join(build, path), 'utf8');
    for (const { name, next } of renamed) text = text.replaceAll(name, next);
    text = text
      .replaceAll(/trainyard\.js\?v=[\w-]{8}/g, 'trainyard.js?v=deployed')
      .replace(/"[\da-f]{16}"/, '"deployed"');
    writeFileSync(join(build, path), text);
  }
}
