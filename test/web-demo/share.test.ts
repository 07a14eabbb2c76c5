// Sharing: a picture of what is drawn with its answer, and a link that says what it does not hold.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkInWords } from '../../web-demo/page/share/words.ts';
import { modelReady, openStage, probabilitiesOf, type Stage, visit } from './browser.ts';
import { drawDigit, drawStrokes, drop } from './hands.ts';
import type { Place } from './strokes.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** Of the card: where drawing or photo is, and the base line, the height and the columns of ten bars. */
const sheet = { left: 44, top: 44, width: 490, height: 490 };
const bars = { bottom: 468, height: 152, left: 580, step: 57.6 };

async function openShare(page: Page, button: string): Promise<void> {
  await page.locator(button).click();
  await page.getByRole('dialog', { name: 'Share' }).waitFor();
}

/** Presses "Save picture": the PNG as the browser saves it. */
async function saved(page: Page): Promise<{ name: string; png: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save picture' }).click(),
  ]);
  return { name: download.suggestedFilename(), png: readFileSync(await download.path()) };
}

/** Pixels of a part of a PNG, RGB. */
async function partOf(png: Buffer, part: typeof sheet): Promise<Buffer> {
  return sharp(png).extract(part).removeAlpha().raw().toBuffer();
}

/** By how much a pixel is redder than blue. */
function warmth(pixels: Buffer, i: number): number {
  return (pixels[3 * i] ?? 0) - (pixels[3 * i + 2] ?? 0);
}

/** How many pixels of the part have a color in them: paper, ink and gray have none to speak of. */
async function colored(png: Buffer, part: typeof sheet): Promise<number> {
  const pixels = await partOf(png, part);
  return Array.from({ length: pixels.length / 3 }, (_, i) => warmth(pixels, i)).filter((by) => by > 40)
    .length;
}

test('the picture has the drawing, the bars, the map where it is shown, model and address', async () => {
  const texts: string[] = [];
  const { page, complaints } = await visit(stage, {}, async (page) => {
    await page.exposeFunction('said', (text: string) => texts.push(text));
    await page.addInitScript(() => {
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        Object.assign(globalThis).said(text);
        fillText.call(this, text, ...place);
      };
    });
  });
  await modelReady(page);
  await drawDigit(page, '7');
  await openShare(page, '#share');
  const plain = await saved(page);
  expect(plain.name).toBe('trainyard-7.png');
  expect(await sharp(plain.png).metadata()).toMatchObject({ format: 'png', width: 1200, height: 630 });

  // The server reads the drawing off the picture.
  const response = await fetch(`${stage.url}/classify?model=digits&top=1`, {
    method: 'POST',
    body: new Uint8Array(await sharp(plain.png).extract(sheet).png().toBuffer()),
  });
  expect(await response.json()).toMatchObject({ label: '7' });

  // Each bar is as high as its probability: the pixels of its column in the color of bars.
  const probabilities = await probabilitiesOf(page);
  for (const [i, probability] of probabilities.entries()) {
    const column = await partOf(plain.png, {
      left: Math.round(bars.left + (i + 0.5) * bars.step),
      top: bars.bottom - bars.height,
      width: 1,
      height: bars.height,
    });
    // Bars are warmer than paper and text: #b9b3a5, #c2381a.
    const height = Array.from({ length: bars.height }, (_, y) => warmth(column, y)).filter(
      (by) => by > 16,
    ).length;
    expect(Math.abs(height - probability * bars.height)).toBeLessThanOrEqual(1.5);
  }
  expect(texts).toContain('7');
  expect(texts).toContain(await page.getByTestId('words').innerText());
  expect(texts).toContain('Trainyard · digits/1');
  expect(texts).toContain(`${stage.url}/`);

  // Without the map the sheet is black and white; with it there is color.
  expect(await colored(plain.png, sheet)).toBe(0);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'What mattered?' }).click();
  await page.getByTestId('map').waitFor();
  await openShare(page, '#share');
  expect(await colored((await saved(page)).png, sheet)).toBeGreaterThan(10_000);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a photo is in the picture as the page shows it', async () => {
  const { page } = await visit(stage, {}, undefined, '/#photo');
  await modelReady(page, 'cifar');
  const teal = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#0a8a8a' } })
    .png()
    .toBuffer();
  await drop(page, 'teal.png', 'image/png', teal);
  await page.locator('[data-testid="difference"]:not(:empty)').waitFor();
  await openShare(page, '#share-photo');
  expect(await page.getByTestId('link-words').innerText()).toContain('without the photo');
  const { png } = await saved(page);
  const at = async (left: number, top: number) => [
    ...(await partOf(png, { left, top, width: 1, height: 1 })),
  ];
  expect(await at(60, 289)).toEqual([10, 138, 138]); // as wide as the sheet, half as high
  expect(await at(60, 150)).not.toEqual([10, 138, 138]);
  await page.context().close();
});

test('it is copied as a PNG, and sent where the device can; Escape closes the dialog and leaves the drawing', async () => {
  const { page } = await visit(stage, { permissions: ['clipboard-read', 'clipboard-write'] }, (page) =>
    page.addInitScript(() => {
      Object.assign(Navigator.prototype, {
        canShare: () => true,
        share: async ({ files }: { files: File[] }) => Object.assign(globalThis, { sent: files[0] }),
      });
    }),
  );
  await modelReady(page);
  await drawDigit(page, '3');
  await openShare(page, '#share');
  await page.getByRole('button', { name: 'Copy picture' }).click();
  await expect.poll(() => page.getByTestId('shared').innerText()).toBe('The picture is copied.');
  const copied = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const blob = await item?.getType('image/png');
    const bitmap = blob && (await createImageBitmap(blob));
    return [bitmap?.width, bitmap?.height];
  });
  expect(copied).toEqual([1200, 630]);
  await page.getByRole('button', { name: 'Send picture…' }).click();
  const sent =
    'globalThis.sent?.arrayBuffer().then((bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes).slice(0, 8))))';
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]).toString('base64');
  await expect.poll(() => page.evaluate(sent)).toBe(signature);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await page.getByTestId('answer').innerText()).toBe('3');
  await page.context().close();
});

test('a drawing that is too long for a link is said to be, and the address opens nothing else without a word', async () => {
  const { page } = await visit(stage);
  await modelReady(page);
  await drawDigit(page, '1');
  expect(page.url()).toMatch(/#draw=/);
  const scribble = Array.from({ length: 9000 }, (_, i): Place => {
    const turn = i / 40;
    return [0.5 + 0.4 * Math.cos(turn) * Math.cos(i / 700), 0.5 + 0.4 * Math.sin(turn)];
  });
  await drawStrokes(page, [scribble]);
  await openShare(page, '#share');
  const words = await page.getByTestId('link-words').innerText();
  const [, letters = ''] = /takes ([\d\u202f]+) letters/.exec(words) ?? [];
  expect(Number(letters.replace(/\u202f/g, ''))).toBeGreaterThan(16_000);
  expect(words).toContain('Share the picture instead');
  expect(await page.getByRole('button', { name: 'Copy link' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Save picture' }).count()).toBe(1);
  expect(new URL(page.url()).hash).toBe('#draw=too-long');
  await page.reload();
  await expect.poll(() => page.getByTestId('words').innerText()).toContain('too long for a link');
  await page.context().close();
});

test.each([
  [{ tooLong: undefined, shows: 'drawing', file: undefined }, 'The link opens the page with this drawing.'],
  [{ tooLong: undefined, shows: 'nothing', file: undefined }, 'The link opens the page.'],
  [
    { tooLong: undefined, shows: 'drawing', file: 'mine.onnx' },
    'The link opens the page with this drawing, and with another model: mine.onnx is on this device alone.',
  ],
] as const)('of %j a link says %s', (state, words) => {
  expect(linkInWords(state)).toEqual({ usable: true, words });
});
