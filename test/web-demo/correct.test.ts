// "Wrong? It was a …" on the page: a correction is learned at once, its file answers in Node as on the page, and it is undone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../../public/index.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { modelReady, openStage, probabilitiesOf, type Stage, tileOf, visit } from './browser.ts';
import { drawDigit } from './hands.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-correct-page-'));
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true });
});

const answer = (page: Page) => page.getByTestId('answer');

async function draw(page: Page, digit: string): Promise<void> {
  await page.getByTestId('pad').press('Escape');
  await drawDigit(page, digit);
}

async function correct(page: Page, label: string): Promise<void> {
  await page.getByLabel('Wrong? It was a').selectOption(label);
  await page.getByRole('button', { name: 'Correct it' }).click();
}

test('a drawing that is called wrong is right at once, others stay, the file answers alike, and all of it is undone', async () => {
  const { page, complaints, requests } = await visit(stage, { acceptDownloads: true });
  await modelReady(page);
  const button = page.getByRole('button', { name: 'Correct it' });
  expect(await button.isDisabled()).toBe(true);
  await drawDigit(page, '7');
  const before = await probabilitiesOf(page);
  expect(await answer(page).innerText()).toBe('7');
  expect(await button.isDisabled()).toBe(true); // as long as nobody says what it was
  expect(requests.filter((url) => url.includes('teach'))).toEqual([]); // the first visit does not grow

  const posted: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET' && !request.url().includes('/classify')) posted.push(request.url());
  });
  await correct(page, '2');
  await modelReady(page, 'digits-corrected');
  await answer(page).filter({ hasText: '2' }).waitFor();
  expect(await page.getByTestId('corrected').innerText()).toMatch(
    /^Before: 7, >?9.* %\. Now: 2, [7-9].* %.* one drawing/,
  );
  const probabilities = await probabilitiesOf(page);
  expect(probabilities[2]).toBeGreaterThan(0.69);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the model' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('digits-corrected.onnx');
  const path = join(folder, 'model.onnx');
  await download.saveAs(path);
  expect(await page.getByRole('button', { name: 'Send to this server' }).isHidden()).toBe(true);
  const model = await loadModel(path); // a model whose card does not hold is refused
  expect(model.card.description).toBe('digits, corrected in a browser by 1 example');
  await model.close();
  const session = await ort.InferenceSession.create(path);
  const image = new ort.Tensor('uint8', Uint8Array.from(await tileOf(page)), [1, 28, 28, 1]);
  const there = (await session.run({ image })).probabilities?.data;
  await session.release();
  expect(there).toHaveLength(10);
  for (const [k, probability] of probabilities.entries())
    expect(Math.abs(probability - Number(there?.[k]))).toBeLessThan(1e-5);

  for (const digit of ['0', '1', '3']) {
    await draw(page, digit);
    expect(await answer(page).innerText()).toBe(digit);
  }
  await draw(page, '3');
  await correct(page, '8');
  await page.getByTestId('corrected').filter({ hasText: '2 drawings' }).waitFor();
  await answer(page).filter({ hasText: '8' }).waitFor();
  await draw(page, '7');
  expect(await answer(page).innerText()).toBe('2');

  const undo = page.getByRole('button', { name: 'Undo the correction' });
  await undo.click();
  await page.getByTestId('corrected').filter({ hasText: 'one drawing' }).waitFor();
  await undo.click();
  await page.getByTestId('corrected').filter({ hasText: 'As it was before' }).waitFor();
  await modelReady(page);
  await answer(page).filter({ hasText: '7' }).waitFor();
  expect(await probabilitiesOf(page)).toEqual(before);
  expect(await undo.isHidden()).toBe(true);
  // The list has no more models than before.
  expect(await page.getByRole('combobox', { name: 'In use' }).locator('option').allInnerTexts()).toEqual([
    'digits/1',
  ]);

  await page.getByRole('button', { name: 'Photo' }).click();
  expect(await page.getByTestId('correction').isHidden()).toBe(true);
  expect(posted).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);
