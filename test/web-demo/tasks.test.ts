// What is promised on the page of models of several labels and of numbers: labels with their thresholds marked, numbers with the
// range that they were trained on, and the same from browser and server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as launcher, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addModel } from '../../models/repository.ts';
import { loadModel } from '../../public/index.ts';
import { chromium } from '../browser.ts';
import { labelsModel, numbersModel } from '../serve/task-model.ts';
import { modelReady, probabilitiesOf, type Stage, visit } from './browser.ts';
import { buildPage, servePage } from './serve-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-page-tasks-'));
let stage: Stage;
const [tints, counts] = [await labelsModel(), await numbersModel()];

beforeAll(async () => {
  await addModel(folder, 'tints', tints.bytes);
  await addModel(folder, 'counts', counts.bytes);
  await buildPage();
  const server = await servePage({ repository: folder });
  const browser = await launcher.launch(await chromium());
  stage = {
    ...{ url: server.url, browser },
    async close() {
      await browser.close();
      await server.close();
    },
  };
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true });
});

const png = (color: string) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: color } })
    .png()
    .toBuffer();

const words = (page: Page) => page.locator('#words').innerText();
const label = (page: Page) => page.getByTestId('answer').innerText();

async function show(page: Page, color: string): Promise<void> {
  await page
    .locator('#file')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: await png(color) });
}

test('several labels: those that are there, each with its threshold on its bar; or none', async () => {
  const { page, complaints } = await visit(stage, {}, undefined, '#photo&model=tints');
  await modelReady(page, 'tints');
  await show(page, '#007890');
  await using model = await loadModel(tints.bytes, { task: 'multi', threads: 1 });
  const answer = await model.classify(await png('#007890'));
  expect(answer.labels.map((one) => one.label)).toEqual(['blue']);
  await expect.poll(() => label(page)).toBe('blue');
  expect(await words(page)).toMatch(/^\d+(\.\d)? % blue$/);
  // The most probable first, in full precision.
  const shown = await probabilitiesOf(page);
  for (const [i, { probability }] of answer.predictions.entries())
    expect(shown[i]).toBeCloseTo(probability, 5);
  const bars = page.locator('#bars li');
  expect(await bars.evaluateAll((all) => all.map((one) => one.classList.contains('best')))).toEqual(
    answer.predictions.map(({ probability, threshold }) => probability >= threshold),
  );
  const marks = await bars.evaluateAll((all) =>
    all.map((one) => {
      const [bar, mark] = ['.meter', '.threshold'].map((part) =>
        one.querySelector(part)?.getBoundingClientRect(),
      );
      return bar && mark ? (mark.left + mark.width / 2 - bar.left) / bar.width : Number.NaN;
    }),
  );
  for (const [i, { threshold }] of answer.predictions.entries()) expect(marks[i]).toBeCloseTo(threshold, 2);
  await expect.poll(() => page.getByTestId('server').innerText()).toMatch(/^Server\s+blue\s/i);
  expect(Number(await page.locator('#difference').getAttribute('data-difference'))).toBeLessThanOrEqual(1e-5);
  await show(page, '#000000');
  await expect.poll(() => label(page)).toBe('none');
  expect(await words(page)).toMatch(/^none of the 3 labels\. Nearest: /);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('numbers: each with its range, and what was never trained on says so', async () => {
  const { page, complaints } = await visit(stage, {}, undefined, '#photo&model=counts');
  await modelReady(page, 'counts');
  await show(page, '#007890');
  await using model = await loadModel(counts.bytes, { task: 'regression', threads: 1 });
  const { values, outside } = await model.classify(await png('#007890'));
  expect(outside).toEqual(['x']);
  const number = (value: number | undefined) => String(Number((value ?? Number.NaN).toPrecision(4)));
  await expect
    .poll(() => label(page))
    .toBe(`x ${number(values.x)}, count ${number(values.count)}, file ${number(values.file)}`);
  expect(await words(page)).toBe(
    'x: never trained on, which was -0.002 to 0.002; count, trained on 0 to 49; file, trained on -1000000 to 1000000',
  );
  const meters = page.locator('#bars').getByRole('meter');
  const shown = await meters.evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-value'))));
  for (const [k, name] of ['x', 'count', 'file'].entries()) {
    const unit = counts.card.ranges[k]?.deviation ?? 1;
    expect((shown[k] ?? Number.NaN) / unit).toBeCloseTo((values[name] ?? 0) / unit, 5);
  }
  expect(await meters.nth(1).getAttribute('aria-valuetext')).toBe(`${number(values.count)}, in 0 to 49`);
  expect(await page.locator('#bars .outside').count()).toBe(1);
  await expect.poll(() => page.locator('#difference').getAttribute('data-difference')).not.toBeNull();
  expect(Number(await page.locator('#difference').getAttribute('data-difference'))).toBeLessThanOrEqual(1e-5);
  expect(complaints).toEqual([]);
  await page.context().close();
});
