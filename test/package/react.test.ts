// What is promised of `trainyard/react`, with React itself in Chromium: one download and one worker for each mounted
// component, StrictMode's second mount included, and nothing left of one that has gone.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium } from '../browser.ts';
import { digitPng } from '../serve/digit.ts';
import { shippedModels } from '../shipped.ts';
import { type Host, plainHost } from '../web-demo/plain-host.ts';
import { cachedPackages } from './cached-packages.ts';
import { countWorkers } from './count-workers.ts';
import { type Project, pageProject } from './unpack.ts';

let project: Project;
let browser: Browser;
let host: Host;

/** `mount(source)` shows the component, again with another source, `mount()` takes it away; options are new each time. */
const app = `import { createElement, StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  import { useClassifier } from 'trainyard/react';

  const root = createRoot(document.querySelector('main'));
  window.seen = [];
  function Reader({ source }) {
    const classifier = useClassifier(source, { assets: new URL('/node_modules/trainyard/dist/web-demo/browser', location) });
    const { status, progress, error, model } = classifier;
    window.seen.push({ status, progress, open: model !== undefined });
    (window.functions ??= new Set()).add(classifier.classify);
    window.classify = () => classifier.classify('digit.png').then(({ label }) => label, (error) => String(error));
    return createElement('output', null, error ? error.reason : status);
  }
  window.mount = (source) =>
    root.render(createElement(StrictMode, null, source === undefined ? null : createElement(Reader, { source })));`;

beforeAll(async () => {
  project = await pageProject();
  const { folder } = project;
  cpSync(shippedModels.digits, join(folder, 'model.onnx'));
  cpSync(shippedModels.digits, join(folder, 'other.onnx'));
  writeFileSync(join(folder, 'digit.png'), await digitPng(0));
  writeFileSync(join(folder, 'app.js'), app);
  const html =
    '<!doctype html><meta charset="utf-8"><main></main><script type="module" src="out.js"></script>';
  writeFileSync(join(folder, 'index.html'), html);
  await build({
    entryPoints: [join(folder, 'app.js')],
    outfile: join(folder, 'out.js'),
    bundle: true,
    format: 'esm',
    // StrictMode mounts twice in React's own build for development alone.
    define: { 'process.env.NODE_ENV': '"development"' },
    nodePaths: [await cachedPackages('react@19', 'react-dom@19')],
    logLevel: 'error',
  });
  host = await plainHost([folder]);
  browser = await launcher.launch(await chromium());
}, 120_000);
afterAll(async () => {
  await Promise.all([browser?.close(), host?.close()]);
  project?.remove();
});

interface Visit {
  readonly page: Page;
  /** Requests for models so far. */
  readonly models: string[];
  readonly complaints: string[];
  mount(source?: string | null): Promise<void>;
  shows(text: string): Promise<void>;
}

async function visit(): Promise<Visit> {
  const page = await browser.newPage();
  await countWorkers(page);
  const models: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const name = request.url().split('/').at(-1) ?? '';
    if (name.endsWith('.onnx')) models.push(name);
  });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(host.url);
  return {
    page,
    models,
    complaints,
    mount: (source) => page.evaluate(`mount(${JSON.stringify(source)})`),
    shows: (text) =>
      expect
        .poll(() => page.locator('output').textContent({ timeout: 1000 }), { timeout: 20_000 })
        .toBe(text),
  };
}

test('StrictMode’s second mount downloads nothing twice; the state goes from loading to ready', async () => {
  const { page, models, complaints, mount, shows } = await visit();
  await mount('model.onnx');
  await shows('ready');
  expect(await page.evaluate('classify()')).toBe('7');
  expect(models).toEqual(['model.onnx']);
  expect(await page.evaluate('started')).toBe(1);
  const seen = await page.evaluate<{ status: string; progress: number; open: boolean }[]>('seen');
  expect([...new Set(seen.map(({ status }) => status))]).toEqual(['loading', 'ready']);
  const progress = seen.map((each) => each.progress);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect([progress[0], progress.at(-1)]).toEqual([0, 1]);
  expect(progress.some((part) => part > 0 && part < 1)).toBe(true);
  expect(seen.every(({ status, open }) => open === (status === 'ready'))).toBe(true);
  expect(await page.evaluate('functions.size')).toBe(1);
  // Rendered again, with options that are new objects.
  await mount('model.onnx');
  expect(await page.evaluate('classify()')).toBe('7');
  expect(await page.evaluate('started')).toBe(1);
  expect(complaints).toEqual([]);
  await page.close();
});

test('a component that goes ends its worker, and what waits is refused', async () => {
  const { page, mount, shows } = await visit();
  await mount('model.onnx');
  await shows('ready');
  await page.evaluate('void (answer = classify(), mount())');
  expect(await page.evaluate('answer')).toMatch(/^ModelError: The model was closed/);
  await expect.poll(() => page.workers().length).toBe(0);
  await page.close();
});

test('a component that goes while the model comes ends the download', async () => {
  const { page, complaints, mount, shows } = await visit();
  let asked = false;
  let ended = false;
  // A model that does not come.
  const slow = createServer((_, response) => {
    asked = true;
    response.writeHead(200, { 'access-control-allow-origin': '*' }).write('O');
    response.on('close', () => {
      ended = true;
    });
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const { port } = slow.address() as AddressInfo;
  await mount(`http://127.0.0.1:${port}/slow.onnx`);
  await shows('loading');
  await expect.poll(() => asked, { timeout: 20_000 }).toBe(true);
  expect(ended).toBe(false);
  await page.evaluate('void (answer = classify(), mount())');
  expect(await page.evaluate('answer')).toMatch(/^ModelError: The model was closed/);
  await expect.poll(() => page.workers().length).toBe(0);
  await expect.poll(() => ended, { timeout: 10_000 }).toBe(true);
  expect(complaints).toEqual([]);
  slow.close();
  await page.close();
});

test('another source takes the place of the first; none is idle; a wrong one is an error', async () => {
  const { page, models, mount, shows } = await visit();
  await mount(null);
  await shows('idle');
  expect(await page.evaluate('classify()')).toMatch(/^ModelError: useClassifier has no model/);
  await mount('model.onnx');
  await shows('ready');
  await mount('other.onnx');
  await shows('ready');
  expect(await page.evaluate('classify()')).toBe('7');
  expect(page.workers()).toHaveLength(1);
  await mount('missing.onnx');
  await shows('fetch');
  expect(await page.evaluate('classify()')).toMatch(/^ModelError: .*missing\.onnx: the server answered 404/);
  expect(models).toEqual(['model.onnx', 'other.onnx', 'missing.onnx']);
  // What was classified with last is not what is known now.
  await mount(null);
  await shows('idle');
  expect(await page.evaluate('classify()')).toMatch(/^ModelError: useClassifier has no model/);
  await page.close();
});

test('a server that renders pages imports it, and the element', async () => {
  const code = `import { useClassifier } from 'trainyard/react';
    import { TrainyardClassifier } from 'trainyard/element';
    import { createElement } from 'react';
    import { renderToString } from 'react-dom/server';
    const Page = () => createElement('p', null, useClassifier('model.onnx').status);
    console.log(renderToString(createElement(Page)), typeof TrainyardClassifier);`;
  writeFileSync(join(project.folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project.folder, 'server.js'), code);
  const packages = await cachedPackages('react@19', 'react-dom@19');
  for (const name of ['react', 'react-dom', 'scheduler'])
    cpSync(join(packages, name), join(project.folder, 'node_modules', name), { recursive: true });
  const { stdout } = await promisify(execFile)(process.execPath, [join(project.folder, 'server.js')]);
  expect(stdout).toBe('<p>loading</p> function\n');
});
