// Nothing keeps anyone out: axe-core finds nothing on either side of the page, light or dark, with or without answers.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelReady, openStage, type Stage, visit } from './browser.ts';
import { drawDigit } from './hands.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** Everything that axe-core objects to, each with the elements. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test('drawing, empty and answered, with the map', async () => {
    const { page } = await visit(stage, { colorScheme });
    await modelReady(page);
    expect(await findings(page)).toEqual([]);
    await drawDigit(page, '3');
    await page.getByRole('button', { name: 'What mattered?' }).click();
    await page.getByTestId('map').waitFor();
    await page.getByRole('button', { name: 'Layers' }).click();
    // All words are there: what would change the answer, and what frames mean.
    await page.getByTestId('change').filter({ hasText: '.' }).waitFor();
    await page.locator('#layer-legend.known').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByTestId('card').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });

  test('photos on a phone, and what is said when there is no model', async () => {
    const { page } = await visit(stage, { colorScheme, viewport: { width: 360, height: 740 } });
    await modelReady(page);
    await page.getByRole('button', { name: 'Photo' }).click();
    await modelReady(page, 'cifar');
    expect(await findings(page)).toEqual([]);
    await page.route('**/models', (route) => route.fulfill({ json: { models: [] } }));
    await page.reload();
    await page.getByTestId('notice').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });
});

test('from right to left nothing lies beyond the edge, and the digits keep their order', async () => {
  const { page } = await visit(stage, { viewport: { width: 320, height: 700 } });
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  await modelReady(page);
  await drawDigit(page, '7');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  const [zero, nine] = await Promise.all(
    ['0', '9'].map((name) => page.getByRole('meter', { name, exact: true }).boundingBox()),
  );
  expect(zero?.x).toBeLessThan(nine?.x ?? 0);
  await page.context().close();
});

test('who asks for less motion gets none', async () => {
  const { page } = await visit(stage, { reducedMotion: 'reduce' });
  await modelReady(page);
  const durations = await page.evaluate(() =>
    [...document.querySelectorAll('*')].map((element) => getComputedStyle(element).transitionDuration),
  );
  expect(durations.filter((duration) => !/^0s(, 0s)*$/.test(duration))).toEqual([]);
  await page.context().close();
});
