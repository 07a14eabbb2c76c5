// "What mattered?": the map lies on the ink and the photo, and says without which stroke or patch the answer is another one.
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeDrawing } from '../../web-demo/page/draw/link.ts';
import { lineWidth, snap } from '../../web-demo/page/draw/strokes.ts';
import { modelReady, openStage, type Stage, tileOf, visit } from './browser.ts';
import { drop } from './hands.ts';
import { type Place, smooth, strokesOf } from './strokes.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

type Strokes = readonly (readonly Place[])[];

/** A drawing as a link has it. */
const linkOf = (strokes: Strokes) =>
  `#draw=${encodeDrawing({ strokes: strokes.map((stroke) => stroke.map(([x, y]) => snap(x, y, lineWidth))), penDown: false })}`;

/** Strokes made smaller, with their top left elsewhere. */
const moved = (strokes: Strokes, size: number, [left, top]: Place): Place[][] =>
  strokes.map((stroke) => stroke.map(([x, y]): Place => [left + size * x, top + size * y]));

/** A four of two strokes, which is something else without either. */
const four = [
  smooth([
    [0.42, 0.15],
    [0.28, 0.55],
    [0.74, 0.55],
  ]),
  smooth([
    [0.62, 0.32],
    [0.6, 0.6],
    [0.58, 0.88],
  ]),
];

/** Puts another drawing on the pad, and waits until the page holds it for done. */
async function show(page: Page, strokes: Strokes): Promise<void> {
  const hash = linkOf(strokes);
  await page.evaluate((hash) => {
    document.querySelector('#difference')?.replaceChildren();
    location.hash = hash;
  }, hash);
  await page.locator('[data-testid="difference"]:not(:empty)').waitFor();
}

/** Of an element's canvas, the alpha of each pixel. */
const alphaOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    return { width, height, alpha: Array.from(data).filter((_, i) => i % 4 === 3) };
  });

/** Where an element lies on another one, whose width is 1. */
const placeOn = (page: Page, inner: string, outer: string) =>
  page.evaluate(
    ([inner, outer]) => {
      const [part, whole] = [inner, outer].map((each) =>
        (document.querySelector(each) ?? document.body).getBoundingClientRect(),
      );
      const { x = 0, y = 0, width = 1 } = whole ?? {};
      const { x: left = 0, y: top = 0, width: wide = 0, height: high = 0 } = part ?? {};
      return [(left - x) / width, (top - y) / width, wide / width, high / width] as const;
    },
    [inner, outer] as const,
  );

test.each([
  ['in the upper left corner', 0.3, [0.01, 0.02]],
  ['in the lower right corner, beyond the edge', 0.45, [0.62, 0.6]],
  ['all over the pad', 1, [0, 0]],
] as const)('the map lies on the ink: %s', async (_, size, at) => {
  const { page, complaints } = await visit(stage, {}, undefined, linkOf(moved(strokesOf('3'), size, at)));
  await modelReady(page);
  await page.getByRole('button', { name: 'What mattered?' }).click();
  await page.getByTestId('map').waitFor();
  const [tile, paper, [x, y, side, high]] = [
    await tileOf(page),
    await alphaOf(page, '#paper'),
    await placeOn(page, '[data-testid="map"]', '#paper'),
  ];
  expect(high).toBeCloseTo(side, 5);
  // What the model sees as ink lies on what is drawn: each clear pixel of its 28 by 28, by its middle.
  const inked = tile.flatMap((level, i) => (level > 200 ? [i] : []));
  const places = inked
    .map((i) => [x + (((i % 28) + 0.5) / 28) * side, y + ((Math.floor(i / 28) + 0.5) / 28) * side] as const)
    .filter(([u, v]) => u < 1 && v < 1);
  const on = places.filter(
    ([u, v]) =>
      (paper.alpha[Math.floor(v * paper.height) * paper.width + Math.floor(u * paper.width)] ?? 0) > 0,
  );
  expect(inked.length).toBeGreaterThan(40);
  expect(on.length / places.length).toBeGreaterThan(0.97); // measured: all of them, and 74 of 75
  // And nothing is drawn elsewhere: the ends of what is drawn are those of what the model sees.
  const drawn = paper.alpha.flatMap((alpha, i) =>
    alpha > 0 ? [Math.floor(i / paper.width) / paper.height] : [],
  );
  const seen = tile.flatMap((level, i) => (level > 0 ? [y + (Math.floor(i / 28) / 28) * side] : []));
  expect(Math.abs(Math.min(...seen) - (drawn[0] ?? 9))).toBeLessThan(1.5 * (side / 28));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('the map is no part of the drawing: switched, the paper, its link and its steps stay as they are', async () => {
  const { page } = await visit(stage, {}, undefined, linkOf(strokesOf('3')));
  await modelReady(page);
  const state = () =>
    page.evaluate(() => [
      document.querySelector<HTMLCanvasElement>('#paper')?.toDataURL(),
      location.hash,
      document.querySelector<HTMLButtonElement>('#undo')?.disabled,
      document.querySelector('[data-testid="answer"]')?.textContent,
    ]);
  const button = page.getByRole('button', { name: 'What mattered?' });
  await button.click();
  await page.getByTestId('map').waitFor();
  const [shown, marks] = [await state(), await page.getByTestId('change').innerText()];
  await button.click();
  await page.getByTestId('map').waitFor({ state: 'detached' });
  await page.getByTestId('patch').waitFor({ state: 'detached' });
  expect(await state()).toEqual(shown);
  expect(marks).toMatch(/^Without this patch it is “.”, |^No patch alone changes the answer\. .*“3”, /);
  await button.click();
  await page.getByTestId('map').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByTestId('map').waitFor({ state: 'detached' });
  expect(await page.getByTestId('words').innerText()).toBe('Nothing drawn yet');
  expect(await page.getByTestId('change').innerText()).toBe('');
  await page.context().close();
});

test('of a digit of several strokes it is the stroke without which the page reads something else', async () => {
  const beside = moved(strokesOf('1'), 0.4, [0, 0.3]);
  const digit = moved(four, 0.5, [0.45, 0.2]);
  const { page } = await visit(stage, {}, undefined, linkOf([...beside, ...digit]));
  await modelReady(page);
  const read = async () => [
    await page.getByTestId('answer').innerText(),
    (await page.getByTestId('words').innerText()).replace(/ for all.*|, or .*/, ''),
  ];
  const readings: string[][] = [];
  for (const i of [0, 1]) {
    await show(page, [...beside, ...digit.filter((_, k) => k !== i)]);
    readings.push(await read());
  }
  await show(page, [...beside, ...digit]);
  expect((await read())[0]).toBe('14');
  await page.getByRole('button', { name: 'What mattered?' }).click();
  await page.getByTestId('map').waitFor();
  const change = await page.getByTestId('change').innerText();
  const which = readings.findIndex(
    ([label, words]) => change === `Without this stroke it is “${label}”, ${words}.`,
  );
  expect(which, `${change} of ${JSON.stringify(readings)}`).toBeGreaterThanOrEqual(0);
  // The line is around that stroke: its ends are those of the stroke, and of the line's breadth.
  const halo = await alphaOf(page, '[data-testid="halo"]');
  const at = halo.alpha.flatMap((alpha, i) => (alpha > 0 ? [i] : []));
  const columns = at.map((i) => (i % halo.width) / halo.width);
  const xs = digit[which]?.map(([x]) => x) ?? [];
  const reach = lineWidth / 2 + 0.012;
  expect(columns.reduce((least, x) => Math.min(least, x), 1)).toBeCloseTo(Math.min(...xs) - reach, 1.9);
  expect(columns.reduce((most, x) => Math.max(most, x), 0)).toBeCloseTo(Math.max(...xs) + reach, 1.9);
  await page.context().close();
});

test('over a photo the map lies on the part that the model sees, and a patch is marked', async () => {
  const colors = new Uint8Array(640 * 480 * 3).map((_, i) => (i % 3 === 2 ? 200 : (i / 640) % 256));
  const photo = await sharp(colors, { raw: { width: 640, height: 480, channels: 3 } })
    .png()
    .toBuffer();
  const { page } = await visit(stage, {}, undefined, '#photo');
  await modelReady(page, 'cifar');
  await drop(page, 'sky.png', 'image/png', photo);
  await page.getByRole('button', { name: 'What mattered?' }).click();
  await page.getByTestId('patch').waitFor({ timeout: 60_000 });
  const map = await placeOn(page, '[data-testid="map"]', '#photograph');
  // As Pillow crops it: 42 by 32 pixels, of which 32 columns from the fifth on.
  for (const [i, expected] of [5 / 42, 0.125, 32 / 42, 0.75].entries())
    expect(map[i]).toBeCloseTo(expected, 3);
  const patch = await placeOn(page, '[data-testid="patch"]', '[data-testid="map"]');
  expect(patch[2]).toBeCloseTo(6 / 32, 1.9);
  expect(await page.getByTestId('change').innerText()).toMatch(/^Without this patch it is “|^No patch alone/);
  await page.context().close();
});
