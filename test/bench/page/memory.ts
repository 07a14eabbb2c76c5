// Memory of the page while it is drawn on for long.
import { readFileSync } from 'node:fs';
import { modelReady, placeOnPad, type Stage, visit } from '../../web-demo/browser.ts';

export interface Memory {
  readonly strokes: number;
  /** Bytes of JavaScript's heap after a collection, and of the renderer process. */
  readonly heap: number;
  readonly resident: number;
}

/** Draws strokes of ten movements, clears after every tenth, and looks at the memory after each of `marks`. */
export async function memoryOver(stage: Stage, marks: readonly number[]): Promise<Memory[]> {
  const { page } = await visit(stage);
  await modelReady(page);
  const session = await page.context().newCDPSession(page);
  const system = await stage.browser.newBrowserCDPSession();
  await session.send('Performance.enable');
  const readings: Memory[] = [];
  for (let strokes = 1; strokes <= Math.max(...marks); strokes++) {
    const x = 0.1 + 0.08 * (strokes % 10);
    await page.mouse.move(...(await placeOnPad(page, [x, 0.2])));
    await page.mouse.down();
    for (let i = 1; i <= 10; i++) await page.mouse.move(...(await placeOnPad(page, [x, 0.2 + 0.06 * i])));
    await page.mouse.up();
    if (strokes % 10 === 0) await page.keyboard.press('Escape');
    if (!marks.includes(strokes)) continue;
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    const resident = processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { id }) => sum + residentOf(id), 0);
    readings.push({ strokes, heap, resident });
  }
  await page.context().close();
  return readings;
}

function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
}
