// A mouse that does not wait for the page. Playwright's own waits until each movement is handled, which the page does
// at its next frame: its movements fall into step with the frames, as no hand does.
import type { Page } from 'playwright-core';
import { placeOnPad } from '../../web-demo/browser.ts';
import type { Place } from '../../web-demo/strokes.ts';

export type MouseEventType = 'mousePressed' | 'mouseMoved' | 'mouseReleased';

/** Moves, presses or releases the left button at a place of the pad; the browser keeps the order. */
export type Mouse = (type: MouseEventType, place: Place) => Promise<unknown>;

/** Takes hold of a page's mouse. The pad must stay where it is on the screen. */
export async function takeMouse(page: Page): Promise<Mouse> {
  const session = await page.context().newCDPSession(page);
  const [[left, top], [right, bottom]] = [await placeOnPad(page, [0, 0]), await placeOnPad(page, [1, 1])];
  return (type, [u, v]) => {
    const [x, y] = [left + u * (right - left), top + v * (bottom - top)];
    const buttons = type === 'mouseReleased' ? 0 : 1;
    return session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons, clickCount: 1 });
  };
}
