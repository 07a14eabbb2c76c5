// A run's report in a real browser: whole, quiet, on its own, and readable in both themes at any width.
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium as launcher, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../../train/report/html.ts';
import { renderPage } from '../../../train/report/page.ts';
import { sheetOf } from '../../../train/report/pictures.ts';
import { sections } from '../../../train/report/sections/index.ts';
import { tile } from '../../../train/report/tile.ts';
import { chromium } from '../../browser.ts';
import { newRun, temporaryFolder, trainWithReport } from './support.ts';

const folder = temporaryFolder();
let browser: Browser;
let path: string;
beforeAll(async () => {
  [browser, { path }] = await Promise.all([
    chromium().then((options) => launcher.launch(options)),
    trainWithReport(newRun(folder.path)),
  ]);
});
afterAll(async () => {
  await browser?.close();
  folder.close();
});

async function open(options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`file://${path}`);
  return { page, complaints, requests };
}

/** A byte that nothing predicts. */
const noise = (i: number) => Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 24;

/** Contrast of two colors, WCAG 2.2: (lighter + 0.05) / (darker + 0.05). */
function contrast(page: Page, foreground: string, background: string): Promise<number> {
  return page.evaluate(
    ([front, back]) => {
      const luminance = (selector: string, property: 'color' | 'backgroundColor') => {
        const element = document.querySelector(selector);
        if (element === null) throw new Error(`nothing matches ${selector}`);
        const channels =
          getComputedStyle(element)
            [property].match(/[\d.]+/g)
            ?.map(Number) ?? [];
        const [r = 0, g = 0, b = 0] = channels.map((channel) => {
          const share = channel / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const [a, b] = [luminance(front ?? '', 'color'), luminance(back ?? '', 'backgroundColor')];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    },
    [foreground, background],
  );
}

describe('the report of a finished run', () => {
  it('has every section, says nothing on the console, and asks nobody for anything', async () => {
    const { page, complaints, requests } = await open();
    const ids = await page.locator('main > section').evaluateAll((all) => all.map(({ id }) => id));
    // The mean image is of recipes that subtract one, and `digits` is no lesson.
    const others = ['mean-image', 'lesson'];
    const ofOneClass = sections.filter(({ tasks }) => tasks?.includes('single') ?? true);
    expect(ids).toEqual(ofOneClass.map(({ id }) => id).filter((id) => !others.includes(id)));
    for (const id of ids) expect((await page.locator(`#${id}`).innerText()).length, id).toBeGreaterThan(40);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([`file://${path}`]);
    expect(readFileSync(path, 'utf8')).not.toMatch(/<script|https?:\/\//);
  });

  it('shows the pictures it is about', async () => {
    const { page } = await open();
    expect(await page.locator('#top-losses .tile').count()).toBe(24);
    expect(await page.locator('#first-layer-filters .tile, #filters .tile').count()).toBe(16);
    expect(await page.locator('#sample-batch .tile').count()).toBe(2 * 32);
    const sizes = await page
      .locator('.tile')
      .evaluateAll((tiles) => tiles.map((tile) => [tile.clientWidth, tile.clientHeight]));
    for (const [width = 0, height = 0] of sizes) expect(Math.min(width, height)).toBeGreaterThan(20);
    const backgrounds = await page
      .locator('.tile')
      .evaluateAll((tiles) => tiles.map((tile) => getComputedStyle(tile).backgroundImage.slice(0, 26)));
    expect(new Set(backgrounds)).toEqual(new Set(['url("data:image/png;base64']));
  });

  it('shows photographs, whose sheets are larger than what a browser takes as a variable', async () => {
    // Noise, the hardest to compress: 48 pictures of 224 x 224.
    const size = 224 * 224 * 3;
    const tiles = Array.from({ length: 48 }, (_, i) =>
      Uint8Array.from({ length: size }, (_, j) => noise(i * size + j)),
    );
    const sheet = await sheetOf(tiles, [224, 224, 3], 8);
    expect(sheet.uri.length).toBeGreaterThan(2 ** 21);
    const { page } = await open();
    const body = tile(sheet, 9, 'noise');
    await page.setContent(
      renderPage({ title: '', head: html``, parts: [{ id: 'a', title: '', body }], sheets: [sheet] }),
    );
    const shown = await page.locator('.tile').screenshot();
    const { channels } = await sharp(shown).stats();
    for (const { stdev } of channels.slice(0, 3)) expect(stdev).toBeGreaterThan(5);
  });

  it('has precision and recall of each class, as the confusions say them', async () => {
    const { page } = await open();
    const cells = (selector: string) =>
      page
        .locator(`${selector} tbody tr`)
        .evaluateAll((rows) =>
          rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
        );
    const counts = (await cells('.confusion')).map((row) =>
      row.slice(0, 10).map((text) => Number(text || 0)),
    );
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const inWords = (part: number, of: number) =>
      of === 0 ? '–' : `${((100 * part) / of).toFixed(1)}\u202f%`;
    const expected = counts.map((row, i) => [
      String(sum(row)),
      inWords(row[i] ?? 0, sum(counts.map((each) => each[i] ?? 0))),
      inWords(row[i] ?? 0, sum(row)),
    ]);
    expect((await cells('#classes')).map((row) => row.slice(0, 3))).toEqual(expected);
    const recalls = counts.map((row, i) => (row[i] ?? 0) / sum(row));
    expect(await page.locator('#classes dd').first().innerText()).toBe(
      `${((100 * sum(recalls)) / recalls.length).toFixed(2)}\u202f%`,
    );
    await page.context().close();
  });

  it('counts every test picture once in the confusions', async () => {
    const { page } = await open();
    const cells = await page
      .locator('.confusion tbody td:not(.error)')
      .evaluateAll((all) => all.map((cell) => Number(cell.textContent)));
    expect(cells).toHaveLength(100);
    expect(cells.reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  it.each(['light', 'dark'] as const)('can be read in the %s theme', async (colorScheme) => {
    const { page } = await open({ colorScheme });
    // WCAG 2.2, success criterion 1.4.3.
    for (const selector of ['h1', '.note', '.up span', 'nav a', '.hero dd'])
      expect(
        await contrast(page, selector, selector === 'h1' ? 'body' : 'section'),
        selector,
      ).toBeGreaterThan(4.5);
    const [r = 0] = await page.evaluate(
      () => getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [],
    );
    expect(r > 127).toBe(colorScheme === 'light');
  });

  it.each([1280, 768, 390, 320])('fits a window of %d pixels', async (width) => {
    const { page } = await open({ viewport: { width, height: 800 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });

  it('shows what others wrote as text', async () => {
    const { page } = await open();
    expect(await page.locator('#environment').innerText()).toContain('<b>a processor</b>');
  });
});
