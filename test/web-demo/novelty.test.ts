// What is promised on the page of drawings that are no digits: it says that it has only seen digits; the bars stay.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { modelReady, openStage, probabilitiesOf, type Stage, type Visit, visit } from './browser.ts';
import { drawStrokes } from './hands.ts';
import type { Place } from './strokes.ts';

let stage: Stage;
let there: Visit;
let page: Page;
beforeAll(async () => {
  stage = await openStage();
  there = await visit(stage);
  page = there.page;
  await modelReady(page);
});
beforeEach(() => page.keyboard.press('Escape'));
afterAll(async () => {
  await page?.context().close();
  await stage?.close();
});

/** The way of a pen through corners, in small steps as a hand moves. */
function through(...corners: Place[]): Place[] {
  return corners.flatMap((to, i) => {
    const from = corners[i - 1];
    if (from === undefined) return [to];
    return Array.from({ length: 12 }, (_, k): Place => {
      const share = (k + 1) / 12;
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    });
  });
}

const heart = Array.from({ length: 73 }, (_, i): Place => {
  const turn = (2 * Math.PI * i) / 72;
  const down = 13 * Math.cos(turn) - 5 * Math.cos(2 * turn) - 2 * Math.cos(3 * turn) - Math.cos(4 * turn);
  return [0.5 + 0.018 * 16 * Math.sin(turn) ** 3, 0.45 - 0.018 * down];
});
const straightHeart = through(
  [0.5, 0.35],
  [0.35, 0.2],
  [0.2, 0.35],
  [0.5, 0.8],
  [0.8, 0.35],
  [0.65, 0.2],
  [0.5, 0.35],
);
const A = [through([0.3, 0.8], [0.5, 0.2], [0.7, 0.8]), through([0.37, 0.6], [0.63, 0.6])];
const seven = [through([0.3, 0.25], [0.7, 0.25], [0.45, 0.8])];

const label = () => page.getByTestId('answer').innerText();
const words = () => page.locator('#words').innerText();

test.each([
  ['a heart', [heart]],
  ['a heart of straight lines', [straightHeart]],
  ['an A', A],
])('of %s it says that it has only seen digits, and the bars stay', async (_, strokes) => {
  await drawStrokes(page, strokes);
  await expect.poll(label).toBe('?');
  expect(await words()).toMatch(/^I have only seen digits\. Nearest: \d$/);
  const probabilities = await probabilitiesOf(page);
  expect(probabilities.reduce((sum, each) => sum + each)).toBeCloseTo(1, 6);
  expect(Math.max(...probabilities)).toBeGreaterThan(0.1);
  await expect.poll(() => page.locator('#live').innerText()).toMatch(/^\?, I have only seen digits/);
});

test('a 7 is a 7, and a clean pad asks for a drawing', async () => {
  await drawStrokes(page, seven);
  await expect.poll(label).toBe('7');
  expect(await words()).toMatch(/ %$/);
  await page.keyboard.press('Escape');
  await expect.poll(label).toBe('');
});

test('a number with something else in it says so', async () => {
  const moved = (strokes: readonly (readonly Place[])[], x: number) =>
    strokes.map((stroke) => stroke.map(([u, v]): Place => [x + 0.4 * u, 0.3 + 0.4 * v]));
  await drawStrokes(page, [...moved(seven, 0.05), ...moved(A, 0.55)]);
  await expect.poll(label).toBe('7?');
  expect(await words()).toBe('I have only seen digits');
});
