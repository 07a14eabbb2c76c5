// Memory of the page while it is drawn on for long.
import { readFileSync } from 'node:fs';
import { modelReady, type Stage, visit } from '../../web-demo/browser.ts';
import { takeMouse } from '../../web-demo/hands.ts';

export interface Memory {
  readonly strokes: number;
  /** Bytes of JavaScript's heap after a collection, and of the renderer process with its worker. */
  readonly heap: number;
  readonly resident: number;
  /** DOM nodes and event listeners. */
  readonly nodes: number;
  readonly listeners: number;
}

/** Movements of a stroke. */
const movements = 10;

/** Strokes after which the pad is cleared. */
const together = 10;

/** Draws strokes with the mouse, each a digit of its own, and looks at the memory after each of `marks`. */
export async function memoryOver(stage: Stage, marks: readonly number[]): Promise<Memory[]> {
  const { page } = await visit(stage);
  await modelReady(page);
  const session = await page.context().newCDPSession(page);
  const system = await stage.browser.newBrowserCDPSession();
  await session.send('Performance.enable');
  const mouse = await takeMouse(page);

  async function stroke(x: number): Promise<void> {
    const pressed = mouse('mousePressed', [x, 0.2]);
    const moved = Array.from({ length: movements }, (_, i) => mouse('mouseMoved', [x, 0.2 + 0.06 * (i + 1)]));
    await Promise.all([pressed, ...moved, mouse('mouseReleased', [x, 0.8])]);
  }

  async function read(strokes: number): Promise<Memory> {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    const resident = processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { id }) => sum + residentOf(id), 0);
    return {
      strokes,
      heap: metric('JSHeapUsedSize'),
      resident,
      nodes: metric('Nodes'),
      listeners: metric('JSEventListeners'),
    };
  }

  const readings: Memory[] = [];
  for (let strokes = 1; strokes <= Math.max(...marks); strokes++) {
    await stroke(0.05 + 0.1 * (strokes % together));
    if (strokes % together === 0) {
      // What is drawn is read before it is cleared, and nothing else of it is left.
      await page.getByRole('button', { name: `Digit ${together} of ${together}` }).waitFor();
      await page.keyboard.press('Escape');
    }
    if (marks.includes(strokes)) readings.push(await read(strokes));
  }
  await page.context().close();
  return readings;
}

function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
}
