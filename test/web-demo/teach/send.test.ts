// What was taught is sent to the server that the page came from, which answers with it; what is wrong is said on the page.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Serving } from '../../../serve/main.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { modelReady, openStage, type Stage, visit } from '../browser.ts';
import { drawDigit } from '../hands.ts';
import { servePage } from '../serve-page.ts';
import { giveDrawing, nameClasses, shapes, train } from './shapes.ts';

const KEY = 'the key by which models are sent'.replaceAll(' ', '-');
const repository = mkdtempSync(join(tmpdir(), 'trainyard-send-'));
let stage: Stage;
let server: Serving;
beforeAll(async () => {
  stage = await openStage();
  cpSync(join(repositoryFolder, 'digits'), join(repository, 'digits'), { recursive: true });
  server = await servePage({ repository, modelKeys: (key) => (key === KEY ? 'teacher' : undefined) });
});
afterAll(async () => {
  await server?.close();
  await stage?.close();
  rmSync(repository, { recursive: true });
});

async function send(page: Page, key: string): Promise<string> {
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Send to this server' }).click();
  const status = page.getByTestId('status');
  await status.filter({ hasText: /^(Sent|It was not sent|Give the key)/ }).waitFor();
  return status.innerText();
}

test('a server that takes no models is offered none', async () => {
  const { page } = await visit(stage, {}, undefined, '/teach.html');
  await page.getByText('is ready.').waitFor();
  expect(await page.getByRole('button', { name: 'Send to this server' }).isHidden()).toBe(true);
  await page.context().close();
});

test('one click sends the classifier, and the server answers as the page did', async () => {
  const { page } = await visit(
    { ...stage, url: server.url },
    { acceptDownloads: true },
    undefined,
    '/teach.html',
  );
  await nameClasses(page);
  const button = page.getByRole('button', { name: 'Send to this server' });
  await button.waitFor();
  expect(await button.isDisabled()).toBe(true);
  for (let n = 0; n < 3; n++) for (const shape of shapes) await giveDrawing(page, shape, n);
  await train(page);
  await page.getByLabel('Name', { exact: true }).fill('shapes');
  expect(await send(page, '')).toMatch(/^Give the key/);
  expect(await send(page, 'another-key-that-is-not-known')).toMatch(
    /^It was not sent: received a key that is not known here/,
  );
  await page.getByLabel('Name', { exact: true }).fill('digits');
  expect(await send(page, KEY)).toMatch(/^It was not sent: "digits" is here already, and has other labels/);
  await page.getByLabel('Name', { exact: true }).fill('shapes');
  expect(await send(page, KEY)).toBe(
    'Sent: this server answers with it at /models/shapes/classify, version 1.',
  );

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the model' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('shapes.onnx');
  const path = join(repository, '.downloaded');
  await download.saveAs(path);
  expect(
    Buffer.compare(readFileSync(path), readFileSync(join(repository, 'shapes', '1', 'model.onnx'))),
  ).toBe(0);
  // Its own picture of each class, as a project has them, is the class.
  const examples = await page.evaluate(async () => {
    const canvas = document.querySelector<HTMLCanvasElement>('.thumbnail canvas');
    const blob = await new Promise<Blob | null>((resolve) => canvas?.toBlob(resolve));
    return blob === null ? [] : [...new Uint8Array(await blob.arrayBuffer())];
  });
  const body = new FormData();
  body.set('img', new Blob([Uint8Array.from(examples)]), 'circle.png');
  const response = await fetch(`${server.url}/models/shapes/classify`, { method: 'POST', body });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ model: 'shapes', version: 1, label: 'circle' });
  await page.context().close();
}, 120_000);

test('a corrected model is sent as well, as the file that is downloaded', async () => {
  const { page } = await visit({ ...stage, url: server.url }, { acceptDownloads: true });
  await modelReady(page);
  const sending = page.getByRole('button', { name: 'Send to this server' });
  await drawDigit(page, '7');
  expect(await sending.isHidden()).toBe(true);
  await page.getByLabel('Wrong? It was a').selectOption('2');
  await page.getByRole('button', { name: 'Correct it' }).click();
  await modelReady(page, 'digits-corrected');
  const said = page.getByTestId('corrected');
  await sending.click();
  await said.filter({ hasText: /^Give the key/ }).waitFor();
  await page.getByLabel('Key').fill(KEY);
  await sending.click();
  await said
    .filter({ hasText: 'Sent: this server answers with it at /models/digits-corrected/classify, version 1.' })
    .waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the model' }).click(),
  ]);
  const path = join(repository, '.corrected');
  await download.saveAs(path);
  const sent = readFileSync(join(repository, 'digits-corrected', '1', 'model.onnx'));
  expect(sent.equals(readFileSync(path))).toBe(true);
  await page.context().close();
}, 120_000);
