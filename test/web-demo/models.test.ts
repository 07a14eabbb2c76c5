// The page's models: files of one name, lists that are wrong, changing one's mind, and what was said to be wrong.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageFolder } from '../../setup/paths.mjs';
import { shippedModels } from '../shipped.ts';
import { modelReady, openStage, type Stage, visit } from './browser.ts';
import { drop } from './hands.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('two files of one name are two models, and the one that was opened last is used', async () => {
  const { page } = await visit(stage);
  await modelReady(page);
  await drop(page, 'model.onnx', 'application/octet-stream', readFileSync(shippedModels.digits));
  await page.getByTestId('backend').filter({ hasText: 'model.onnx on ' }).waitFor();
  expect(await page.getByTestId('facts').innerText()).toContain('mnist');
  await drop(page, 'model.onnx', 'application/octet-stream', readFileSync(shippedModels.cifar));
  await page.getByTestId('backend').filter({ hasText: 'model.onnx (2) on ' }).waitFor();
  expect(await page.getByTestId('facts').innerText()).toContain('cifar10');
  await page.getByRole('button', { name: 'Use model.onnx', exact: true }).click();
  await page.getByTestId('backend').filter({ hasText: 'model.onnx on ' }).waitFor();
  expect(await page.getByTestId('facts').innerText()).toContain('mnist');
  await page.context().close();
});

test('changing sides before a model has come downloads each model once', async () => {
  const held: Route[] = [];
  const { page, requests } = await visit(stage, {}, (page) =>
    page.route('**/model.onnx*', (route) => {
      held.push(route);
    }),
  );
  for (let i = 0; i < 4; i++) {
    await page.getByRole('button', { name: 'Photo' }).click();
    await page.getByRole('button', { name: 'Draw' }).click();
  }
  await expect.poll(() => held.length).toBe(2);
  expect(page.workers()).toHaveLength(2);
  await Promise.all(held.map((route) => route.continue()));
  await modelReady(page);
  expect(requests.filter((url) => url.includes('model.onnx'))).toHaveLength(2);
  await page.context().close();
});

test('the models that are not used any more end, whether they have come or not', async () => {
  const { page } = await visit(stage);
  await modelReady(page);
  await page.route('**/model.onnx*', () => {}); // it never comes
  await page.getByRole('button', { name: 'Photo' }).click();
  await page.getByLabel('WebAssembly, 1 thread').check();
  await page.getByLabel('Automatic').check();
  await page.getByLabel('WebAssembly, 1 thread').check();
  await expect.poll(() => page.workers().length).toBe(2);
  await page.context().close();
});

test.each([
  ['no JSON', '{"models": [', /models\.json: received no JSON/],
  ['no list', '{"model": []}', /models\.json: received no list, expected \{ "models": \[\.\.\.\] \}/],
  [
    'an entry without an address',
    '{"models": [{"name": "a", "url": "a.onnx"}, {"name": "b"}]}',
    /models\[1\]: url: received undefined, expected an address/,
  ],
  ['an entry without a name', '{"models": [{"url": "a.onnx"}]}', /models\[0\]: name: received undefined/],
])('models.json is %s: the page says what is wrong with it', async (_, body, says) => {
  const { page } = await visit(stage, {}, async (page) => {
    await page.route('**/models', (route) => route.fulfill({ status: 404, body: '' }));
    await page.route('**/models.json', (route) => route.fulfill({ contentType: 'application/json', body }));
  });
  const notice = page.getByTestId('notice');
  await notice.waitFor();
  expect(await notice.innerText()).toMatch(/^The list of models cannot be read/);
  expect(await notice.innerText()).toMatch(says);
  expect(await notice.innerText()).not.toContain('serve');
  await page.context().close();
});

test('an address in models.json that begins with a slash begins at the root of the host', async () => {
  const body = JSON.stringify({ models: [{ name: 'digits', url: '/files/x.onnx' }] });
  const { page, requests } = await visit(stage, {}, async (page) => {
    await page.route('**/sub/**', async (route) => {
      const url = route.request().url();
      if (url.endsWith('models.json')) return route.fulfill({ contentType: 'application/json', body });
      if (url.endsWith('/models')) return route.fulfill({ status: 404, body: '' });
      return route.fulfill({ response: await route.fetch({ url: url.replace('/sub/', '/') }) });
    });
    await page.route('**/files/x.onnx', (route) => route.fulfill({ path: shippedModels.digits }));
  });
  await page.goto(`${stage.url}/sub/`);
  await modelReady(page);
  expect(requests.filter((url) => url.endsWith('.onnx'))).toEqual([
    `${new URL(stage.url).origin}/files/x.onnx`,
  ]);
  await page.context().close();
});

test('what was said to be wrong stands when the model comes, until somebody does something', async () => {
  const held: Route[] = [];
  const { page } = await visit(
    stage,
    {},
    (page) => page.route('**/model.onnx*', (route) => void held.push(route)),
    '#draw=broken',
  );
  const words = () => page.getByTestId('words').innerText();
  await expect.poll(words).toContain('cannot be read');
  await release(page, held);
  await modelReady(page);
  expect(await words()).toContain('cannot be read');

  await page.route('**/model.onnx*', (route) => void held.push(route));
  await drop(page, 'notes.txt', 'text/plain', Buffer.from('notes'));
  await expect.poll(words).toContain('not a picture');
  await release(page, held);
  await modelReady(page, 'cifar');
  expect(await words()).toContain('not a picture');
  await page.getByRole('button', { name: 'Draw' }).click();
  await modelReady(page);
  expect(await words()).toBe('Nothing drawn yet');
  await page.context().close();
});

async function release(page: Page, held: Route[]): Promise<void> {
  await expect.poll(() => held.length).toBeGreaterThan(0);
  await Promise.all(held.splice(0).map((route) => route.continue()));
  await page.unrouteAll();
}

test.each([
  ['index.html', (page: Page) => modelReady(page)],
  ['teach.html', (page: Page) => page.getByText('is ready.').waitFor()],
])('opened from a folder, %s says that it needs a server; from a server it does not', async (file, ready) => {
  const { page } = await visit(stage, {}, undefined, `/${file}`);
  await ready(page);
  expect(await page.locator('#unstarted').count()).toBe(0);
  await page.goto(pathToFileURL(`${pageFolder}/${file}`).href);
  await expect.poll(() => page.locator('#unstarted').isVisible(), { timeout: 10_000 }).toBe(true);
  expect(await page.locator('#unstarted').innerText()).toContain('npx trainyard serve');
  await page.context().close();
});
