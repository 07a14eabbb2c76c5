// The page of a sweep in a browser: a line for each trial that has an error, where its values and its error put it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepPage } from '../../../train/sweep/page.ts';
import type { SearchEnd, Trial } from '../../../train/sweep/search.ts';
import { chromium as found } from '../../browser.ts';

const path = mkdtempSync(join(tmpdir(), 'trainyard-sweep-page-'));
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(await found());
});
afterAll(async () => {
  await browser.close();
  rmSync(path, { recursive: true });
});

const run = join(path, 'trials/0001/0001-digits');
mkdirSync(run, { recursive: true });
writeFileSync(join(run, 'report.html'), '<title>the report</title>');

const common = { event: 'trial' as const, seconds: 10, words: '', runs: [], attempts: 1 };
const trials: Trial[] = [
  {
    ...common,
    trial: 0,
    state: 'done',
    values: { rate: '0.1', '<kind>': 'b' },
    error: 0.4,
    curve: [[9, 0.4]],
    runs: [run],
  },
  {
    ...common,
    trial: 1,
    state: 'pruned',
    values: { rate: '0.001', '<kind>': 'a' },
    error: null,
    curve: [[1, 0.9]],
  },
  {
    ...common,
    trial: 2,
    state: 'diverged',
    values: { rate: '1', '<kind>': 'a' },
    error: null,
    curve: [],
    words: 'NaN at <step> 5',
  },
  {
    ...common,
    trial: 3,
    state: 'done',
    values: { rate: '0.01', '<kind>': 'a' },
    error: 0.1,
    curve: [[9, 0.1]],
    attempts: 2,
  },
  {
    ...common,
    trial: 4,
    state: 'failed',
    values: { rate: '0.02', '<kind>': 'b' },
    error: null,
    curve: [],
    words: 'no disk',
  },
];

const shares = { rate: 0.75, '<kind>': 0.25 };

async function open(width = 1200, importance: SearchEnd['importance'] = shares): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const folder = {
    name: '0001-digits',
    path,
    spec: {
      ...{ name: 'digits', words: [], seeds: 1, seed: 1, pruned: true, prune: null, epochs: 9, seconds: 10 },
      space: [
        { option: 'rate', kind: 'real', low: 0.001, high: 1, log: true },
        { option: '<kind>', kind: 'choice', values: ['a', 'b'] },
      ] as const,
    },
  };
  const file = join(path, 'sweep.html');
  writeFileSync(
    file,
    sweepPage({
      folder: { ...folder, spec: { ...folder.spec, space: [...folder.spec.space] } },
      trials,
      asked: 9,
      importance,
      command: 'train it',
    }),
  );
  await page.goto(pathToFileURL(file).href);
  return page;
}

test('each trial that has an error is a line through its values; the best one lies over all', async () => {
  const page = await open();
  const lines = await page.locator('.parallel .line').evaluateAll((paths) =>
    paths.map((line) => ({
      title: line.querySelector('title')?.textContent ?? '',
      places: (line.getAttribute('d') ?? '').match(/\d+/g)?.map(Number) ?? [],
      isBest: line.parentElement?.classList.contains('best'),
    })),
  );
  expect(lines.map(({ title }) => title)).toEqual([
    'Trial 2: rate 0.001, <kind> a, error 90.00 %, pruned',
    'Trial 1: rate 0.1, <kind> b, error 40.00 %',
    'Trial 4: rate 0.01, <kind> a, error 10.00 %',
  ]);
  expect(lines.map(({ isBest }) => isBest)).toEqual([false, false, true]);
  // From the top in thousandths: a third of the way up for each power of ten; the first of two choices in the lower half.
  expect(lines.map(({ places }) => places.slice(0, 4))).toEqual([
    [0, 1000, 500, 750],
    [0, 333, 500, 250],
    [0, 667, 500, 750],
  ]);
  const errors = lines.map(({ places }) => places.at(-1) ?? 0);
  expect(errors.toSorted((a, b) => a - b)).toEqual(errors);
  await page.close();
});

test('the table says how each ended, the best first, and links to its report; the page fits a phone', async () => {
  const page = await open(400);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
  const rows = await page.locator('#trials tbody tr').allInnerTexts();
  expect(rows.map((row) => row.split('\t').map((cell) => cell.trim().replace('\u202f', ' ')))).toEqual([
    ['4', '0.01', 'a', '10.00 %', '9', '10', 'done in 2 attempts', ''],
    ['1', '0.1', 'b', '40.00 %', '9', '10', 'done', 'report'],
    ['2', '0.001', 'a', '90.00 %', '1', '10', 'pruned', ''],
    ['3', '1', 'a', '–', '0', '10', 'diverged: NaN at <step> 5', ''],
    ['5', '0.02', 'b', '–', '0', '10', 'failed: no disk', ''],
  ]);
  await page.getByRole('link', { name: 'report' }).click();
  expect(await page.title()).toBe('the report');
  await page.close();
});

test('where nothing can be said of what mattered, it says what that needs and how much of it there is', async () => {
  const page = await open(1200, null);
  expect(await page.locator('#importance').innerText()).toMatch(
    /four trials or more that are done.*: 2 so far/,
  );
  await page.close();
});
