// What the page can do beyond one digit: numbers, links, erasing, photos, other models, many pictures at once.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { shippedModels } from '../shipped.ts';
import { modelReady, openStage, probabilitiesOf, type Stage, visit } from './browser.ts';
import { drawDigit, drawStrokes, drop } from './hands.ts';
import { type Place, strokesOf } from './strokes.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const answerOf = (page: Page) => page.getByTestId('answer').innerText();

/** A digit at a third of its size, in one of three places. */
function third(digit: string, place: 0 | 1 | 2): Place[][] {
  return strokesOf(digit).map((stroke) => stroke.map(([x, y]) => [0.32 * place + 0.36 * x, 0.3 + 0.36 * y]));
}

describe('on one page', () => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await visit(stage));
    await modelReady(page);
  });
  beforeEach(() => page.keyboard.press('Escape'));
  afterAll(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  test('three digits are read as one number, here and by the server; each can be looked at', async () => {
    for (const [i, digit] of ['3', '1', '7'].entries()) await drawStrokes(page, third(digit, i as 0 | 1 | 2));
    await page.locator('[data-testid="difference"]:not(:empty)').waitFor();
    expect(await answerOf(page)).toBe('317');
    expect(await page.getByTestId('server').innerText()).toMatch(/317/);
    expect(Number(await page.getByTestId('difference').getAttribute('data-difference'))).toBeLessThanOrEqual(
      1e-5,
    );
    await page.getByRole('button', { name: 'Digit 2 of 3: 1' }).click();
    const probabilities = await probabilitiesOf(page);
    expect(probabilities.indexOf(Math.max(...probabilities))).toBe(1);
  });

  test('a link brings the drawing to somebody else, and the same answer to the last digit', async () => {
    await drawDigit(page, '0');
    const hash = new URL(page.url()).hash;
    expect(hash).toMatch(/^#draw=/);
    const there = await visit(stage, {}, undefined, hash);
    await expect.poll(() => answerOf(there.page), { timeout: 10_000 }).toBe('0');
    expect(await probabilitiesOf(there.page)).toEqual(await probabilitiesOf(page));
    await there.page.goto(`${stage.url}#draw=broken`);
    await there.page.reload();
    await expect.poll(() => there.page.getByTestId('words').innerText()).toContain('cannot be read');
    await there.page.context().close();
  });

  test('the eraser takes ink away, and undo brings it back; on an empty pad there is a pen again', async () => {
    await drawDigit(page, '7');
    await page.getByRole('button', { name: 'Eraser' }).click();
    await drawStrokes(page, [
      [
        [0.2, 0.19],
        [0.55, 0.2],
        [0.66, 0.19],
      ],
    ]); // the bar of the seven: what is left is a one
    await expect.poll(() => answerOf(page)).toBe('1');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => answerOf(page)).toBe('7');
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.getByRole('button', { name: 'Pen', exact: true }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });

  test('what mattered is shown over what is drawn', async () => {
    await drawDigit(page, '3');
    await page.getByRole('button', { name: 'What mattered?' }).click();
    await page.getByTestId('map').waitFor();
    const strength = await page.getByTestId('map').evaluate((map: HTMLCanvasElement) => {
      const data = map.getContext('2d')?.getImageData(0, 0, map.width, map.height).data ?? [];
      const alpha = Array.from(data).filter((_, i) => i % 4 === 3);
      return [map.width, alpha[0], Math.max(...alpha)];
    });
    expect(strength).toEqual([28, 0, 215]); // none in the corner, the strongest somewhere on the ink
  });

  test('every model can be downloaded, as the file that it is', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download digits/1' }).click();
    const path = await (await downloading).path();
    expect(readFileSync(path).equals(readFileSync(shippedModels.digits))).toBe(true);
  });

  test('test pictures go through both, and the page says how far apart the answers are', async () => {
    await page.getByRole('button', { name: 'Run test pictures through both' }).click();
    const summary = page.getByTestId('summary');
    await expect
      .poll(() => summary.innerText(), { timeout: 60_000 })
      .toMatch(/no label changed.*Median time/s);
    expect(await summary.innerText()).toMatch(/^digits\/1: (200 mnist test|4 built-in) pictures/);
    expect(Number(await summary.getAttribute('data-difference'))).toBeLessThanOrEqual(2e-6); // measured: 6e-7
    expect(await page.locator('#plot circle').count()).toBeGreaterThanOrEqual(4);
  });
});

test('a photo is named by the five likeliest labels; a dropped file says what is wrong with it', async () => {
  const colors = new Uint8Array(640 * 480 * 3).map((_, i) => (i % 3 === 2 ? 200 : (i / 640) % 256));
  const photo = await sharp(colors, { raw: { width: 640, height: 480, channels: 3 } })
    .jpeg()
    .toBuffer();
  const { page, complaints } = await visit(stage);
  await modelReady(page);
  await drop(page, 'sky.jpg', 'image/jpeg', photo);
  await modelReady(page, 'cifar');
  await page.locator('[data-testid="difference"]:not(:empty)').waitFor();
  expect(await page.getByRole('meter').count()).toBe(5);
  const shown = await probabilitiesOf(page);
  expect(shown).toEqual([...shown].sort((a, b) => b - a));
  expect(Number(await page.getByTestId('difference').getAttribute('data-difference'))).toBeLessThanOrEqual(
    1e-5,
  );
  await drop(page, 'notes.txt', 'text/plain', Buffer.from('notes'));
  await expect.poll(() => page.getByTestId('words').innerText()).toContain('not a picture');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a model file of one’s own is dropped on the page and used', async () => {
  const { page } = await visit(stage);
  await modelReady(page);
  const file = readFileSync(shippedModels.digits);
  await drop(page, 'mine.onnx', 'application/octet-stream', file);
  await modelReady(page, 'mine.onnx');
  await drawStrokes(page, strokesOf('7'));
  await expect.poll(() => answerOf(page)).toBe('7');
  expect(await page.getByTestId('facts').innerText()).toContain('99.52 % of');
  await drop(page, 'broken.onnx', 'application/octet-stream', Buffer.from('nonsense'));
  await page.getByTestId('notice').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Back to mine.onnx' }).click();
  await modelReady(page, 'mine.onnx');
  await page.getByRole('button', { name: 'Use digits/1' }).click();
  await modelReady(page);
  await expect.poll(() => answerOf(page)).toBe('7');
  await page.context().close();
});

test('threads are used where they are asked for, and the page says so; WebGPU that is not there is said', async () => {
  const { page } = await visit(stage);
  await modelReady(page);
  await page.getByLabel(/WebAssembly, \d threads/).check();
  await page
    .getByTestId('backend')
    .filter({ hasText: /digits\/1 on WebAssembly, \d threads/ })
    .waitFor();
  await drawDigit(page, '3');
  expect(await answerOf(page)).toBe('3');
  const gpu = page.getByLabel('WebGPU');
  if (await gpu.isDisabled()) expect(await page.getByText('this browser has no WebGPU').count()).toBe(1);
  else {
    await gpu.check();
    await page.getByText('no WebGPU adapter').waitFor();
  }
  await page.context().close();
});
