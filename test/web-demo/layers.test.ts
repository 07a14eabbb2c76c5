// "Layers": what is inside of the network is shown below the pad as one draws, and of photographs.
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { python } from '../python.ts';
import { shippedModels } from '../shipped.ts';
import { modelReady, openStage, type Stage, tileOf, visit } from './browser.ts';
import { drawDigit, drop } from './hands.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** The gray of each pixel of the map that is shown large. */
function largeMap(page: Page): Promise<number[]> {
  return page.locator('#layer-map').evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return Array.from(data).filter((_, i) => i % 4 === 0);
  });
}

/** A map of a value in the file, scaled from the least to the largest number of its layer, by Python's onnxruntime. */
const reference = `
import json, sys, onnx, numpy as np, onnxruntime as ort
model = onnx.load(sys.argv[1])
model.graph.output.append(onnx.ValueInfoProto(name=sys.argv[2]))
image = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(1, 28, 28, 1)
value = ort.InferenceSession(model.SerializeToString()).run([sys.argv[2]], {'image': image})[0][0]
gray = (value - value.min()) / (value.max() - value.min()) * 255
print(json.dumps(gray[int(sys.argv[3])].ravel().tolist()))`;

test('below the pad are the maps of each layer; the keys choose one, which is that of the file', async () => {
  const { page, complaints } = await visit(stage, { viewport: { width: 360, height: 740 } });
  await modelReady(page);
  await page.getByRole('button', { name: 'Layers' }).click();
  await drawDigit(page, '3');
  const rows = page.getByRole('slider');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(8);
  expect(await rows.nth(4).getAttribute('aria-label')).toBe('Pooling, 32 maps of 7×7, MaxPool_1');
  await rows.nth(3).focus();
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft'])
    await page.keyboard.press(key);
  expect(await rows.nth(3).getAttribute('aria-valuenow')).toBe('18');
  const caption = page.getByTestId('layer-caption');
  await expect.poll(() => caption.innerText()).toMatch(/^conv3\/Conv · Map 18: without it, .*“3”/);
  const [shown, tile] = [await largeMap(page), Buffer.from(await tileOf(page))];
  const theirs: number[] = JSON.parse(python(reference, [shippedModels.digits, 'Relu_2', '17'], tile));
  expect(theirs).toHaveLength(14 * 14);
  expect(Math.max(...theirs)).toBeGreaterThan(0);
  expect(Math.max(...shown.map((gray, i) => Math.abs(gray - (theirs[i] ?? 999))))).toBeLessThanOrEqual(0.51);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

  await page.reload();
  await rows.first().waitFor();
  expect(await page.getByRole('button', { name: 'Layers' }).getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByTestId('layers').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Layers' }).click();
  expect(new URL(page.url()).hash).not.toContain('layers');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('of a photograph the strongest maps are shown, and it is said how many there are', async () => {
  const colors = new Uint8Array(64 * 64 * 3).map((_, i) => (i % 3 === 2 ? 200 : (i / 64) % 256));
  const photo = await sharp(colors, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  const { page, complaints } = await visit(stage, {}, undefined, '#photo&layers');
  await modelReady(page, 'cifar');
  await drop(page, 'sky.png', 'image/png', photo);
  const rows = page.getByRole('slider');
  await rows.first().waitFor({ timeout: 60_000 }); // two threads on a busy machine
  expect(await rows.count()).toBe(11);
  expect(await rows.nth(1).getAttribute('aria-label')).toBe(
    'Convolution, the 16 strongest of 64 maps of 31×31, group1/conv1/Conv',
  );
  await rows.nth(1).hover();
  await expect
    .poll(() => page.getByTestId('layer-caption').innerText(), { timeout: 60_000 })
    .toMatch(/^group1\/conv1\/Conv · Map \d+: without it, /);
  expect(complaints).toEqual([]);
  await page.context().close();
});
