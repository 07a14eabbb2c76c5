// The camera: what it sees is classified frame by frame, until a picture is taken; without one the page says so.
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelReady, openStage, probabilitiesOf, type Stage, visit } from './browser.ts';

let stage: Stage;
beforeAll(async () => {
  // Chromium's own camera, a moving pattern, and nobody who has to be asked about it.
  stage = await openStage({
    args: ['--use-fake-device-for-media-stream=device-count=2', '--use-fake-ui-for-media-stream'],
  });
});
afterAll(() => stage?.close());

test('what the camera sees is read until a picture is taken, and that stays', async () => {
  const { page, complaints } = await visit(stage, {}, undefined, '#photo');
  await modelReady(page, 'cifar');
  await page.getByRole('button', { name: 'Camera' }).click();
  await expect.poll(() => probabilitiesOf(page).then(([best = 0]) => best)).toBeGreaterThan(0);
  const tile = () => page.getByTestId('tile').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = await tile();
  await expect.poll(tile).not.toBe(before); // the pattern moves, and the answer with it

  await page.getByRole('button', { name: 'Take picture' }).click();
  await page.locator('[data-testid="difference"][data-difference]').waitFor(); // it rests: the server is asked as well
  expect(Number(await page.getByTestId('difference').getAttribute('data-difference'))).toBeLessThanOrEqual(
    1e-5,
  );
  expect(await page.locator('#video').evaluate((video: HTMLVideoElement) => video.srcObject)).toBe(null);
  expect(await page.locator('#photograph').isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('a camera that is allowed after one has left does not run; two presses start one; one that is unplugged is told', async () => {
  const { page } = await visit(
    stage,
    {},
    (page) =>
      page.addInitScript(() => {
        const { getUserMedia } = MediaDevices.prototype;
        const seen = { streams: [] as MediaStream[], asked: 0, allow: () => {} };
        Object.assign(globalThis, { seen });
        Object.assign(MediaDevices.prototype, {
          async getUserMedia(this: MediaDevices, wanted: MediaStreamConstraints) {
            seen.asked++;
            await new Promise<void>((resolve) => Object.assign(seen, { allow: resolve }));
            const stream = await getUserMedia.call(this, wanted);
            seen.streams.push(stream);
            return stream;
          },
        });
      }),
    '#photo',
  );
  await modelReady(page, 'cifar');
  const camera = page.locator('#camera');
  const states = () =>
    page.evaluate<string[]>(
      `seen.streams.flatMap((each) => each.getTracks()).map(({ readyState }) => readyState)`,
    );
  await camera.click();
  await camera.click();
  expect(await page.evaluate('seen.asked')).toBe(1);
  await page.getByRole('button', { name: 'Draw' }).click();
  await page.evaluate('seen.allow()');
  await expect.poll(states).toEqual(['ended']);

  await page.getByRole('button', { name: 'Photo' }).click();
  await camera.click();
  await page.evaluate('seen.allow()');
  await expect.poll(() => camera.innerText()).toBe('Take picture');
  expect(await states()).toEqual(['ended', 'live']);
  await page.evaluate(`seen.streams[1].getTracks()[0].dispatchEvent(new Event('ended'))`);
  await expect.poll(() => page.getByTestId('words').innerText()).toContain('unplugged');
  expect(await camera.innerText()).toBe('Camera');
  await page.context().close();
});

test('another camera is chosen by its name, and the light is offered where there is one', async () => {
  const { page, complaints } = await visit(
    stage,
    {},
    (page) =>
      page.addInitScript(() => {
        const { getCapabilities } = MediaStreamTrack.prototype;
        const asked: MediaTrackConstraints[] = [];
        Object.assign(globalThis, { asked });
        const hasLight = (track: MediaStreamTrack) => track.label.endsWith('1'); // the second camera alone
        Object.assign(MediaStreamTrack.prototype, {
          getCapabilities(this: MediaStreamTrack) {
            return { ...getCapabilities.call(this), ...(hasLight(this) && { torch: true }) };
          },
          applyConstraints: async (wanted: MediaTrackConstraints) => asked.push(wanted),
        });
      }),
    '/#photo',
  );
  await modelReady(page, 'cifar');
  const [choice, light] = [page.getByLabel('Which camera'), page.getByRole('button', { name: 'Light' })];
  expect(await choice.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Camera' }).click();
  await expect
    .poll(() => choice.locator('option').allInnerTexts())
    .toEqual(['fake_device_0', 'fake_device_1']);
  const label = () =>
    page.locator('#video').evaluate((video: HTMLVideoElement) => {
      const stream = video.srcObject instanceof MediaStream ? video.srcObject : undefined;
      return stream?.getVideoTracks()[0]?.label;
    });
  expect(await label()).toBe('fake_device_0');
  expect(await light.isVisible()).toBe(false);
  await choice.selectOption('fake_device_1');
  await expect.poll(label).toBe('fake_device_1');
  await light.click();
  await expect.poll(() => light.getAttribute('aria-pressed')).toBe('true');
  expect(await page.evaluate('asked')).toEqual([{ advanced: [{ torch: true }] }]);
  await page.getByRole('button', { name: 'Take picture' }).click();
  expect(await choice.isVisible()).toBe(false);
  expect(await light.isVisible()).toBe(false);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('while the camera runs, what mattered is shown and stays until the next comes, and nothing moves', async () => {
  const { page } = await visit(stage, { viewport: { width: 360, height: 640 } }, undefined, '/#photo');
  await modelReady(page, 'cifar');
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByLabel('Which camera').waitFor();
  await page.getByRole('button', { name: 'What mattered?' }).click();
  await page.getByTestId('map').waitFor();
  // At each frame: whether the map is there, what it shows, what is answered, and where the bars are.
  const seen = await page.evaluate(async () => {
    const frames: string[][] = [];
    const map = () => document.querySelector<HTMLCanvasElement>('[data-testid="map"]');
    const [bars, words] = ['bars', 'words'].map((id) => document.querySelector(`[data-testid="${id}"]`));
    const end = performance.now() + 20_000;
    const maps = new Set<string>();
    while (maps.size < 3 && performance.now() < end) {
      await new Promise(requestAnimationFrame);
      const shown = map()?.toDataURL() ?? 'none';
      maps.add(shown);
      const answer = `${words?.textContent} ${bars?.textContent}`;
      frames.push([shown, answer, String(bars?.getBoundingClientRect().y)]);
    }
    return frames;
  });
  const different = (i: number) => new Set(seen.map((frame) => frame[i]));
  expect(different(0)).not.toContain('none');
  expect(different(0).size).toBe(3); // the pattern moves, and the map with it
  expect(different(1).size).toBeGreaterThan(1); // answers go on
  expect(different(2).size).toBe(1);
  await page.context().close();
});

test('without a camera the page says so, and files still work', async () => {
  const { page } = await visit(
    stage,
    {},
    (page) =>
      page.addInitScript(() => {
        const none = () => Promise.reject(new DOMException('none', 'NotFoundError'));
        Object.assign(MediaDevices.prototype, { getUserMedia: none });
      }),
    '#photo',
  );
  await modelReady(page, 'cifar');
  await page.getByRole('button', { name: 'Camera' }).click();
  await expect.poll(() => page.getByTestId('words').innerText()).toContain('no camera');
  const buffer = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  await page.locator('#file').setInputFiles({ name: 'teal.png', mimeType: 'image/png', buffer });
  await page.locator('[data-testid="difference"]:not(:empty)').waitFor();
  await page.context().close();
});
