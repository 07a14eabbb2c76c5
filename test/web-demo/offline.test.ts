// After the first visit the page needs no network: it opens, draws, reads; and changes models that it has seen.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelReady, openStage, type Stage, visit } from './browser.ts';
import { drawStrokes } from './hands.ts';
import { strokesOf } from './strokes.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('with the network off, the second visit works like the first', async () => {
  const { page, complaints, requests } = await visit(stage, { serviceWorkers: 'allow' });
  await modelReady(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const first = requests.length;
  expect(requests.filter((url) => url.endsWith('.wasm'))).toHaveLength(1); // what the head fetches is what is compiled
  await page.context().setOffline(true);
  await page.reload();
  await modelReady(page);
  await drawStrokes(page, strokesOf('3'));
  await expect.poll(() => page.getByTestId('answer').innerText()).toBe('3');
  await page.getByText('No server answers').waitFor();
  expect(requests.slice(first).filter((url) => url.includes('model.onnx'))).toEqual([]);
  expect(
    complaints.filter((line) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(line)),
  ).toEqual([]);
  await page.context().close();
});
