// The hands that draw on the page with the browser's mouse.
import type { Page } from 'playwright-core';
import { type Place, strokesOf } from './strokes.ts';

/** Where a place of the unit square is on the screen. */
export async function placeOnPad(page: Page, [x, y]: Place): Promise<[number, number]> {
  const box = await page.getByTestId('pad').boundingBox();
  if (!box) throw new Error('the page shows no pad');
  return [box.x + x * box.width, box.y + y * box.height];
}

/** Moves, presses or releases a mouse's left button at a place of the pad's unit square. */
export type Mouse = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', place: Place) => Promise<unknown>;

/**
 * Takes a mouse that does not wait for the page; the browser keeps the order of what it does. Playwright's own waits
 * until each movement is handled, which the page does at its next frame: it is slow, and its movements fall into step
 * with the frames, as no hand does. The pad must stay where it is on the screen.
 */
export async function takeMouse(page: Page): Promise<Mouse> {
  // Never detached before the page is closed: that would also bring back a network that was taken away.
  const session = await page.context().newCDPSession(page);
  const [[left, top], [right, bottom]] = [await placeOnPad(page, [0, 0]), await placeOnPad(page, [1, 1])];
  return (type, [u, v]) => {
    const [x, y] = [left + u * (right - left), top + v * (bottom - top)];
    const buttons = type === 'mouseReleased' ? 0 : 1;
    return session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons, clickCount: 1 });
  };
}

/** Draws strokes of the unit square, as fast as the browser takes them. */
export async function drawStrokes(page: Page, strokes: readonly (readonly Place[])[]): Promise<void> {
  await page.getByTestId('pad').scrollIntoViewIfNeeded();
  const mouse = await takeMouse(page);
  for (const stroke of strokes) {
    const [first, last] = [stroke[0], stroke.at(-1)];
    if (!first || !last) continue;
    const moved = stroke.slice(1).map((place) => ['mouseMoved', place] as const);
    const acts = [['mousePressed', first] as const, ...moved, ['mouseReleased', last] as const];
    await Promise.all(acts.map(([type, place]) => mouse(type, place)));
  }
}

/** Draws a digit and waits until the page holds it for done: both answers, its own and the server's, are there. */
export async function drawDigit(page: Page, digit: string): Promise<void> {
  await drawStrokes(page, strokesOf(digit));
  await page.locator('[data-testid="difference"]:not(:empty)').waitFor();
}

/** Drops a file on the page. */
export async function drop(page: Page, name: string, type: string, content: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([name, type, base64]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    [name, type, content.toString('base64')] as const,
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}
