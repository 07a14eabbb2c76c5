// Hands that interrupt themselves and each other: a palm before the pen, undo in the middle of a stroke, keys that are meant
// for something else; and screens that change under the drawing.
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readAddress } from '../../web-demo/page/shell/address.ts';
import { modelReady, openStage, type Stage, visit } from './browser.ts';
import { placeOnPad } from './hands.ts';
import type { Place } from './strokes.ts';

let stage: Stage;
let page: Page;
let session: CDPSession;
let complaints: string[];
beforeAll(async () => {
  stage = await openStage();
  ({ page, complaints } = await visit(stage, { hasTouch: true }));
  session = await page.context().newCDPSession(page);
  await modelReady(page);
});
beforeEach(() => page.keyboard.press('Escape'));
afterAll(async () => {
  expect(complaints).toEqual([]);
  await stage?.close();
});

/** Where the strokes in the page's link begin, from left to right; it writes the link when the drawing rests. */
const starts = () =>
  (readAddress(new URL(page.url()).hash).drawing?.strokes ?? []).map(
    ([first]) => Math.round(10 * (first?.x ?? 0)) / 10,
  );
const strokes = () => starts().length;

async function point(
  kind: 'pen' | 'mouse',
  type: 'mousePressed' | 'mouseMoved' | 'mouseReleased',
  place: Place,
  buttons = type === 'mouseReleased' ? 0 : 1,
): Promise<void> {
  const [x, y] = await placeOnPad(page, place);
  const button = type === 'mouseMoved' && buttons === 0 ? 'none' : 'left';
  await session.send('Input.dispatchMouseEvent', {
    type,
    x,
    y,
    button,
    buttons,
    clickCount: 1,
    pointerType: kind,
  });
}

async function touch(type: 'touchStart' | 'touchMove' | 'touchEnd', place?: Place): Promise<void> {
  const [x, y] = await placeOnPad(page, place ?? [0, 0]);
  await session.send('Input.dispatchTouchEvent', { type, touchPoints: place ? [{ x, y }] : [] });
}

/** A one, from top to bottom. */
async function drawOne(kind: 'pen' | 'mouse'): Promise<void> {
  await point(kind, 'mousePressed', [0.5, 0.2]);
  for (let y = 0.25; y <= 0.8; y += 0.05) await point(kind, 'mouseMoved', [0.5, y]);
  await point(kind, 'mouseReleased', [0.5, 0.8]);
}

const answer = () => page.getByTestId('answer').innerText();

test('a palm that touches before the pen leaves no ink, and none while the pen is near', async () => {
  await touch('touchStart', [0.85, 0.85]);
  await touch('touchMove', [0.9, 0.9]);
  await drawOne('pen');
  await touch('touchEnd');
  await expect.poll(answer).toBe('1');
  await expect.poll(starts).toEqual([0.5]);
  await point('pen', 'mouseMoved', [0.4, 0.4], 0);
  await touch('touchStart', [0.2, 0.2]);
  await touch('touchMove', [0.25, 0.8]);
  await touch('touchEnd');
  await drawOne('pen');
  await expect.poll(starts).toEqual([0.5, 0.5]);
});

test('without a pen a finger draws', async () => {
  await point('pen', 'mouseMoved', [0.5, -0.15], 0); // the pen goes away
  await touch('touchStart', [0.5, 0.2]);
  for (let y = 0.25; y <= 0.8; y += 0.05) await touch('touchMove', [0.5, y]);
  await touch('touchEnd');
  await expect.poll(answer).toBe('1');
  await expect.poll(strokes).toBe(1);
});

test('undo in the middle of a stroke takes that stroke: the rest draws nothing, the next one draws', async () => {
  await drawOne('mouse');
  await point('mouse', 'mousePressed', [0.2, 0.5]);
  await point('mouse', 'mouseMoved', [0.4, 0.5]);
  await page.keyboard.press('Control+z');
  await point('mouse', 'mouseMoved', [0.6, 0.5]);
  await point('mouse', 'mouseReleased', [0.8, 0.5]);
  await expect.poll(starts).toEqual([0.5]);
  await drawOne('mouse');
  await expect.poll(starts).toEqual([0.5, 0.5]);
});

test('the keyboard’s pen is up after Escape, and a hand that takes over lifts it', async () => {
  await page.getByTestId('pad').focus();
  const press = async (keys: string) => {
    for (const key of keys.split(' ')) await page.keyboard.press(key);
  };
  await press('Space ArrowDown ArrowDown Escape ArrowDown ArrowDown');
  expect(await page.locator('#cursor').getAttribute('class')).toBe('cursor');
  await press('Space ArrowDown ArrowDown ArrowDown Space');
  await expect.poll(strokes).toBe(1);
  await press('Space ArrowDown');
  await drawOne('mouse');
  await expect.poll(strokes).toBe(3);
});

test('keys in the list of models are not for the drawing', async () => {
  await drawOne('mouse');
  await expect.poll(strokes).toBe(1);
  for (const place of [page.locator('#choice'), page.getByRole('link', { name: 'Download digits/1' })]) {
    await place.focus();
    for (const key of ['e', 'Delete', 'Escape', 'Control+z']) {
      await page.keyboard.press(key);
      expect(await page.locator('#eraser').getAttribute('aria-pressed'), key).toBe('false');
      expect(await page.locator('#clear').isEnabled(), key).toBe(true);
    }
  }
  await page.getByTestId('pad').focus();
  await page.keyboard.press('Delete');
  expect(await page.locator('#clear').isEnabled()).toBe(false);
});

test('zooming, or another screen, gives the pad the pixels of that screen', async () => {
  const pixels = () =>
    page.locator('#paper').evaluate((canvas: HTMLCanvasElement) => canvas.width / canvas.clientWidth);
  for (const deviceScaleFactor of [2, 1.5, 1]) {
    await session.send('Emulation.setDeviceMetricsOverride', {
      width: 1280,
      height: 800,
      deviceScaleFactor,
      mobile: false,
    });
    await expect.poll(pixels).toBeCloseTo(deviceScaleFactor, 2);
  }
});

test('with forced colors bars and pressed buttons are seen', async () => {
  await drawOne('mouse');
  await expect.poll(answer).toBe('1');
  await page.emulateMedia({ forcedColors: 'active' });
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((found) => getComputedStyle(found).backgroundColor);
  const paper = await background('body');
  expect(await background('.best .fill')).not.toBe(paper);
  expect(await background('li:not(.best) > .meter > .fill')).not.toBe(paper);
  expect(await background('#pen')).not.toBe(await background('#eraser'));
  expect(await background('#mode-draw')).not.toBe(await background('#mode-photo'));
  await page.emulateMedia({ forcedColors: 'none' });
});
