// What is promised of `<trainyard-classifier>` on a page without a framework: one script tag, a strict Content-Security-Policy,
// pictures that are chosen or dropped, events, CSS from outside, nothing that keeps anyone out, and nothing left when it goes.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policy } from '../../web-demo/build/policy.ts';
import { chromium } from '../browser.ts';
import { digitPng } from '../serve/digit.ts';
import { shippedModels } from '../shipped.ts';
import { type Host, plainHost } from '../web-demo/plain-host.ts';
import { countWorkers } from './count-workers.ts';
import { type Project, pageProject } from './unpack.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let project: Project;
let browser: Browser;
let host: Host;

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>A page</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="page.css">
    <script type="module" src="node_modules/trainyard/dist/web-demo/browser/element.js"></script>
  </head>
  <body><main><h1>Digits</h1><trainyard-classifier src="model.onnx" top="2"></trainyard-classifier></main></body>
</html>`;

const css =
  'trainyard-classifier { --trainyard-accent: rgb(1 2 3); } trainyard-classifier::part(label) { color: rgb(4, 5, 6); }';

beforeAll(async () => {
  project = await pageProject();
  const { folder } = project;
  cpSync(shippedModels.digits, join(folder, 'model.onnx'));
  writeFileSync(join(folder, 'seven.png'), await digitPng(0));
  writeFileSync(join(folder, 'notes.txt'), 'no picture');
  writeFileSync(join(folder, 'page.css'), css);
  writeFileSync(join(folder, 'index.html'), html);
  host = await plainHost([folder]);
  browser = await launcher.launch(await chromium());
}, 120_000);
afterAll(async () => {
  await Promise.all([browser?.close(), host?.close()]);
  project?.remove();
});

async function visit() {
  const page = await browser.newPage();
  const complaints: string[] = [];
  await countWorkers(page);
  page.on('console', (message) => {
    // The page's icon is data, which the policy forbids; it keeps Chromium from asking for one.
    if (message.type() === 'error' && !message.text().includes('data:,')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(host.url);
  await page.evaluate(`{
    events = [];
    const element = document.querySelector('trainyard-classifier');
    document.addEventListener('classify', ({ target, detail }) => events.push([target.localName, detail.label, detail.predictions.length]));
    element.addEventListener('error', ({ message }) => events.push(['error', message]));
  }`);
  return { page, complaints };
}

const rows = (page: Page) => page.getByRole('listitem').allInnerTexts();

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
}

test('a chosen picture is shown and answered, an event tells the page, and nobody is kept out', async () => {
  const { page, complaints } = await visit();
  const input = page.getByLabel('Choose a picture, or drop one here');
  await input.setInputFiles(join(project.folder, 'seven.png'));
  await expect
    .poll(() => page.getByRole('status').innerText(), { timeout: 20_000 })
    .toMatch(/^7, \d+\.\d %$/);
  expect((await rows(page)).map((row) => row.split(/\s+/)[0])).toEqual(['7', expect.stringMatching(/^\d$/)]);
  expect(await page.evaluate('events')).toEqual([['trainyard-classifier', '7', 10]]);
  const shown = await page.getByRole('img', { name: 'The picture' }).boundingBox();
  expect([shown?.width, shown?.height]).toEqual([28, 28]);
  await expect.poll(() => page.getByRole('progressbar').isVisible()).toBe(false);
  expect(await findings(page)).toEqual([]);
  // CSS of the page reaches the parts.
  expect(
    await page.evaluate(`(() => {
      const { shadowRoot } = document.querySelector('trainyard-classifier');
      const css = (name) => getComputedStyle(shadowRoot.querySelector(name));
      return [css('[part=label]').color, css('[part=bar] > span').backgroundColor];
    })()`),
  ).toEqual(['rgb(4, 5, 6)', 'rgb(1, 2, 3)']);
  expect(complaints).toEqual([]);
  await page.close();
});

test('a dropped file is taken too; what is no picture is said, and the next picture is answered', async () => {
  const { page } = await visit();
  const drop = (name: string, type: string) =>
    page.evaluate(
      async ([name, type]) => {
        const bytes = await (await fetch(name ?? '')).arrayBuffer();
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], name ?? '', { type: type ?? '' }));
        const box = document.querySelector('trainyard-classifier')?.shadowRoot?.querySelector('[part=box]');
        return box?.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true, bubbles: true }));
      },
      [name, type],
    );
  const status = () => page.getByRole('status').innerText();
  expect(await drop('notes.txt', 'text/plain')).toBe(false); // the browser does not open it itself
  await expect.poll(status, { timeout: 20_000 }).toMatch(/not a picture that this browser can read/);
  expect(await rows(page)).toEqual([]);
  await drop('seven.png', 'image/png');
  await expect.poll(status).toMatch(/^7, /);
  expect(await page.evaluate('events')).toEqual([
    ['error', expect.stringMatching(/not a picture/)],
    ['trainyard-classifier', '7', 10],
  ]);
  await page.close();
});

test('its model is there for the page, lives when it is moved, and ends when it goes', async () => {
  const { page } = await visit();
  const answer = `document.querySelector('trainyard-classifier').classify('seven.png').then(({ label }) => label)`;
  expect(await page.evaluate(answer)).toBe('7');
  const name = `document.querySelector('trainyard-classifier').model.then(({ card }) => card.name)`;
  expect(await page.evaluate(name)).toBe('digits');
  // Before anything is fetched: as frameworks do that build a tree and then move it.
  await page.evaluate(`{
    const element = document.querySelector('trainyard-classifier');
    element.remove();
    const next = document.createElement('trainyard-classifier');
    next.setAttribute('src', 'model.onnx');
    document.body.append(next);
    document.querySelector('main').append(next);
  }`);
  expect(await page.evaluate(answer)).toBe('7');
  expect(await page.evaluate('started')).toBe(2);
  await expect.poll(() => page.workers().length).toBe(1);
  await page.evaluate(`document.querySelector('trainyard-classifier').remove()`);
  await expect.poll(() => page.workers().length).toBe(0);
  await page.close();
});

test('attributes that are wrong are said', async () => {
  const { page } = await visit();
  const status = () => page.getByRole('status').innerText();
  const set = (name: string, value: string) =>
    page.evaluate(`document.querySelector('trainyard-classifier').setAttribute('${name}', '${value}')`);
  await set('backend', 'gpu');
  await expect.poll(status).toBe('backend: received gpu, expected wasm or webgpu');
  await set('backend', 'wasm');
  await set('threads', 'two');
  await expect.poll(status).toBe('threads: received NaN, expected a whole number from 1');
  await set('threads', '1');
  await set('src', 'missing.onnx');
  await expect.poll(status, { timeout: 20_000 }).toMatch(/missing\.onnx: the server answered 404$/);
  await set('src', 'model.onnx');
  await page
    .getByLabel('Choose a picture, or drop one here')
    .setInputFiles(join(project.folder, 'seven.png'));
  await expect.poll(status, { timeout: 20_000 }).toMatch(/^7, /);
  await page.close();
});

test('the picture that is shown is that of the answer, also when the one before takes longer to decode', async () => {
  const { page } = await visit();
  const [labels, width, hidden] = await page.evaluate<[string[], number, boolean]>(`(async () => {
    const element = document.querySelector('trainyard-classifier');
    const decode = createImageBitmap;
    let go;
    const held = new Promise((resolve) => { go = resolve; });
    let decoded = 0;
    window.createImageBitmap = async (...given) => {
      if (decoded++ === 0) await held;
      return decode(...given);
    };
    const large = new OffscreenCanvas(200, 200);
    large.getContext('2d').fillRect(92, 20, 16, 160);
    const first = element.classify(await large.convertToBlob());
    const second = await element.classify(await (await fetch('seven.png')).blob());
    go();
    const labels = [(await first).label, second.label];
    const canvas = element.shadowRoot.querySelector('canvas');
    return [labels, canvas.width, canvas.hidden];
  })()`);
  expect(labels).toEqual(['1', '7']);
  expect([width, hidden]).toEqual([28, false]);
  expect(await page.getByRole('status').innerText()).toMatch(/^7, /);
  // A canvas is shown as a file is.
  const canvas = `document.querySelector('trainyard-classifier').classify(Object.assign(document.createElement('canvas'), { width: 50, height: 40 }))`;
  await page.evaluate(`${canvas}.then(() => undefined)`);
  const shown = await page.getByRole('img', { name: 'The picture' }).boundingBox();
  expect([shown?.width, shown?.height]).toEqual([50, 40]);
  await page.close();
});

test('another src takes the answers of the model before away, and answers the picture that waits', async () => {
  const { page } = await visit();
  await page
    .getByLabel('Choose a picture, or drop one here')
    .setInputFiles(join(project.folder, 'seven.png'));
  await expect.poll(() => rows(page), { timeout: 20_000 }).toHaveLength(2);
  const started = await page.evaluate('started');
  const element = `document.querySelector('trainyard-classifier')`;
  await page.evaluate(`${element}.setAttribute('src', 'model.onnx')`); // as it is already
  expect(await rows(page)).toHaveLength(2);
  await page.evaluate(`${element}.setAttribute('src', 'model.onnx?2')`);
  expect(await rows(page)).toEqual([]);
  expect(await page.getByRole('img', { name: 'The picture' }).isVisible()).toBe(false);
  await page.evaluate(`${element}.model.then(() => undefined)`);
  expect(await page.evaluate('started')).toBe(Number(started) + 1);
  const label = await page.evaluate(`(async () => {
    const file = await (await fetch('seven.png')).blob();
    ${element}.setAttribute('src', 'model.onnx?3');
    const answer = ${element}.classify(file);
    ${element}.setAttribute('src', 'model.onnx?4');
    return (await answer).label;
  })()`);
  expect(label).toBe('7');
  expect(await rows(page)).toHaveLength(2);
  expect(await page.getByRole('img', { name: 'The picture' }).isVisible()).toBe(true);
  expect(await page.evaluate('events')).toEqual([
    ['trainyard-classifier', '7', 10],
    ['trainyard-classifier', '7', 10],
  ]);
  await page.evaluate(`${element}.removeAttribute('src')`);
  await expect(page.evaluate(`${element}.classify('seven.png')`)).rejects.toThrow(
    /its attribute src names one/,
  );
  await page.close();
});
