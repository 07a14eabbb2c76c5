// The page's own marks: from the pen to the bars, and from a cold start to the first answer.
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { modelReady, type Stage, visit } from '../../web-demo/browser.ts';
import { drawStrokes, type Mouse, takeMouse } from '../../web-demo/hands.ts';
import { type Place, strokesOf } from '../../web-demo/strokes.ts';

/** Collects the durations of a User Timing measure. */
async function listen(page: Page, name: string): Promise<void> {
  await page.addInitScript((wanted) => {
    const durations: number[] = [];
    Object.assign(globalThis, { durations });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByName(wanted)) durations.push(entry.duration);
    }).observe({ type: 'measure', buffered: true });
  }, name);
}

function collected(page: Page): Promise<number[]> {
  return page.evaluate<number[]>('durations');
}

/**
 * Milliseconds from a movement of the pen to the frame that shows the bars, for `n` digits drawn by a mouse.
 *
 * @param rate - movements a second; real ones report 60 to 240.
 * @param layers - whether the layers are shown.
 */
export async function penToBars(stage: Stage, n: number, rate: number, layers = false): Promise<number[]> {
  const { page } = await visit(stage, {}, (page) => listen(page, 'pen-to-bars'), layers ? '#layers' : '');
  await modelReady(page);
  await drawStrokes(page, strokesOf('3')); // until the page's code is warm
  if (layers) await page.getByRole('slider').first().waitFor();
  const mouse = await takeMouse(page);
  for (let i = 0; i < n; i++) {
    await page.keyboard.press('Escape');
    if (i === 0) await page.evaluate('durations.length = 0');
    for (const stroke of strokesOf(['3', '7', '0', '1'][i % 4] ?? '3')) await draw(mouse, stroke, rate);
  }
  await page.waitForTimeout(200);
  const durations = await collected(page);
  await page.context().close();
  return durations;
}

/** Draws one stroke by the clock. */
async function draw(mouse: Mouse, stroke: readonly Place[], rate: number): Promise<void> {
  const [first, ...rest] = stroke;
  if (!first) return;
  const sent = [mouse('mousePressed', first)];
  const start = performance.now();
  for (const [i, place] of rest.entries()) {
    await setTimeout(Math.max(0, start + ((i + 1) * 1000) / rate - performance.now()));
    sent.push(mouse('mouseMoved', place));
  }
  sent.push(mouse('mouseReleased', rest.at(-1) ?? first));
  await Promise.all(sent);
}

export interface ColdLoad {
  /** Milliseconds from the start of the navigation to the frame with the first answer. */
  readonly first: number;
  /** Bytes that came over the network, compressed and without headers. */
  readonly bytes: number;
}

/** Opens a link with a drawing in a browser with an empty cache. */
export async function coldLoad(stage: Stage, hash: string): Promise<ColdLoad> {
  const sizes: Promise<number>[] = [];
  const { page } = await visit(
    stage,
    { serviceWorkers: 'allow' },
    async (page) => {
      page.context().on('requestfinished', (request) => {
        sizes.push(
          request.sizes().then(
            ({ responseBodySize }) => responseBodySize,
            () => 0,
          ),
        );
      });
      await listen(page, 'first-answer');
    },
    hash,
  );
  while ((await collected(page)).length === 0) await page.waitForTimeout(50);
  const [first = Number.NaN] = await collected(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForTimeout(500);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await page.context().close();
  return { first, bytes };
}
