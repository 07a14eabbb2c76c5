// Teaching by a camera: a held button records, and what is recorded at once is not on both sides of the judgment.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage, visit } from '../browser.ts';
import { giveDrawing, nameClasses, shapes, train } from './shapes.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let stage: Stage;
beforeAll(async () => {
  // Chromium's own camera, a moving pattern, and nobody who has to be asked about it.
  stage = await openStage({
    args: ['--use-fake-device-for-media-stream=device-count=2', '--use-fake-ui-for-media-stream'],
  });
});
afterAll(() => stage?.close());

/** Gives the second camera alone a light, and keeps what is asked of it. */
function lightOfSecond(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { getCapabilities } = MediaStreamTrack.prototype;
    const asked: MediaTrackConstraints[] = [];
    Object.assign(globalThis, { asked });
    Object.assign(MediaStreamTrack.prototype, {
      getCapabilities(this: MediaStreamTrack) {
        return { ...getCapabilities.call(this), ...(this.label.endsWith('1') && { torch: true }) };
      },
      applyConstraints: async (wanted: MediaTrackConstraints) => asked.push(wanted),
    });
  });
}

/** How many examples a class has. */
async function countOf(page: Page, name: string): Promise<number> {
  const text = await page.getByRole('listitem', { name }).locator('[data-part="count"]').textContent();
  return Number.parseInt(text ?? '', 10);
}

test('a held button records until it is let go, and the classifier answers what the camera sees', async () => {
  const { page, complaints } = await visit(stage, {}, undefined, '/teach.html');
  await page.getByText('is ready.').waitFor();
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.locator('#video').evaluate(
    (video: HTMLVideoElement) =>
      new Promise<void>((resolve) => {
        video.requestVideoFrameCallback(() => resolve());
      }),
  );
  expect(await page.locator('#advice').isVisible()).toBe(true);
  for (const name of ['Class 1', 'Class 2']) {
    const button = page.getByRole('button', { name: `Hold to record: ${name}` });
    await button.hover();
    await page.mouse.down();
    await expect.poll(() => countOf(page, name), { timeout: 20_000 }).toBeGreaterThan(10);
    await page.mouse.up();
    // What was recorded last may still be looked at.
    await page.waitForTimeout(500);
    const then = await countOf(page, name);
    await page.waitForTimeout(500);
    expect(await countOf(page, name)).toBe(then);
  }
  await train(page);
  await expect.poll(() => page.getByTestId('answer').innerText()).toMatch(/^Class [12]$/);
  const words = await page.getByTestId('summary').innerText();
  const [, trained, kept] = /on (\d+) examples.*Of (\d+) kept apart/s.exec(words) ?? [];
  expect(Number(trained)).toBe((await countOf(page, 'Class 1')) + (await countOf(page, 'Class 2')));
  expect(Number(kept)).toBeGreaterThan(3);

  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  expect(await page.locator('#video').evaluate((video: HTMLVideoElement) => video.srcObject)).toBe(null);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('another camera is chosen by its name, the light is offered where there is one, and both go with the camera', async () => {
  const { page, complaints } = await visit(stage, {}, lightOfSecond, '/teach.html');
  await page.getByText('is ready.').waitFor();
  const [choice, light] = [page.getByLabel('Which camera'), page.getByRole('button', { name: 'Light' })];
  expect(await choice.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Camera' }).click();
  await expect
    .poll(() => choice.locator('option').allInnerTexts())
    .toEqual(['fake_device_0', 'fake_device_1']);
  expect(await light.isVisible()).toBe(false);
  await choice.selectOption('fake_device_1');
  await expect
    .poll(() =>
      page.locator('#video').evaluate((video: HTMLVideoElement) => {
        const stream = video.srcObject instanceof MediaStream ? video.srcObject : undefined;
        return stream?.getVideoTracks()[0]?.label;
      }),
    )
    .toBe('fake_device_1');
  await light.click();
  await expect.poll(() => light.getAttribute('aria-pressed')).toBe('true');
  expect(await page.evaluate('asked')).toEqual([{ advanced: [{ torch: true }] }]);
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await page.getByRole('button', { name: 'Camera' }).click();
  // It is the one that was chosen, and its light is off again.
  await expect.poll(() => choice.inputValue()).not.toBe('');
  expect(await choice.locator('option:checked').innerText()).toBe('fake_device_1');
  await expect.poll(() => light.getAttribute('aria-pressed')).toBe('false');
  // One that fails leaves the pad, and words.
  await page.evaluate(
    `MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotReadableError'))`,
  );
  await choice.selectOption('fake_device_0');
  await page.getByTestId('status').getByText('another program may be using it').waitFor();
  expect(await page.getByTestId('pad').isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('what was refused is not said any more when the next thing is done', async () => {
  const { page } = await visit(stage, {}, undefined, '/teach.html');
  await nameClasses(page);
  const status = page.getByTestId('status');
  await page.getByRole('button', { name: 'Add drawing: circle' }).click();
  await status.getByText('Draw something on the pad first.').waitFor();
  await giveDrawing(page, 'circle', 0);
  expect(await status.innerText()).toBe('');
  await page.context().close();
});

test.each([
  ['light', 1280],
  ['light', 768],
  ['dark', 360],
] as const)(
  'axe-core finds nothing, %s, %i pixels wide, and nothing lies beyond the edge',
  async (colorScheme, width) => {
    const { page } = await visit(
      stage,
      { colorScheme, viewport: { width, height: 740 } },
      undefined,
      '/teach.html',
    );
    const findings = async () => {
      await page.evaluate(axe);
      return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
    };
    await nameClasses(page);
    expect(await findings()).toEqual([]);
    for (let n = 0; n < 2; n++) for (const shape of shapes) await giveDrawing(page, shape, n);
    // One that is wrong is asked about.
    await giveDrawing(page, 'circle', 5);
    await train(page);
    expect(await findings()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const edge = async (place: Locator) => {
      const box = await place.boundingBox();
      return box ? box.x + box.width : Number.NaN;
    };
    // As wide as one of many classes.
    await page.locator('#confusion').evaluate((table) => {
      table.style.minWidth = '900px';
    });
    expect(await edge(page.locator('#confusion caption'))).toBeLessThanOrEqual(
      await edge(page.locator('.lesson')),
    );
    // Where there is room for it, the pad is beside whatever one has scrolled to.
    await page.getByRole('button', { name: 'Save project' }).scrollIntoViewIfNeeded();
    const { y = Number.NaN } = (await page.getByTestId('pad').boundingBox()) ?? {};
    expect(y >= 0).toBe(width >= 640);
    await page.context().close();
  },
);

test('a file that is no picture is refused by name, a class without a name is not taught', async () => {
  const { page } = await visit(stage, {}, undefined, '/teach.html');
  await nameClasses(page);
  const files = page.getByRole('listitem', { name: 'circle' }).locator('[data-part="files"]');
  await files.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await page.getByTestId('status').getByText('not a picture').waitFor();
  expect(await countOf(page, 'circle')).toBe(0);
  expect(await page.locator('#missing').innerText()).toBe('Give examples of circle.');
  await page.getByRole('textbox', { name: 'Name of the class' }).first().fill('square');
  expect(await page.locator('#missing').innerText()).toMatch(/^Two classes are called square/);
  expect(await page.getByRole('button', { name: 'Train' }).isDisabled()).toBe(true);
  await page.context().close();
});
