// A pen for people who draw with the keyboard: arrows move it, Space puts it down and lifts it.
import type { Pen } from './pen.ts';
import { lineWidth, type PenPoint, snap } from './strokes.ts';

/** Fraction of the pad's side that one press of an arrow moves the pen; with Shift a quarter of it. */
const stride = 0.04;

const directions: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface KeyboardActions {
  down(point: PenPoint, turned: boolean): void;
  move(points: readonly PenPoint[], event: { readonly timeStamp: number }): void;
  up(): void;
  /** Where the pen is, to be shown; undefined when it is not in use any more. */
  show(place: { readonly x: number; readonly y: number; readonly down: boolean } | undefined): void;
}

/**
 * Listens to the keys of a focused pad. The pen appears with the first key.
 *
 * @returns what lifts the pen, if it is down.
 */
export function listenToKeyboard(pad: HTMLElement, actions: KeyboardActions): Pen {
  let x = 0.5;
  let y = 0.25;
  let down = false;

  function lift(): void {
    if (!down) return;
    down = false;
    actions.show({ x, y, down });
    actions.up();
  }

  pad.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = directions[event.key];
    if (direction) {
      const step = event.shiftKey ? stride / 4 : stride;
      x = Math.min(1, Math.max(0, x + direction[0] * step));
      y = Math.min(1, Math.max(0, y + direction[1] * step));
      if (down) actions.move([snap(x, y, lineWidth)], event);
    } else if (event.key === ' ' && !event.repeat) {
      if (down) lift();
      else {
        actions.down(snap(x, y, lineWidth), false);
        down = true;
      }
    } else if (event.key !== ' ') {
      return;
    }
    event.preventDefault();
    actions.show({ x, y, down });
  });
  for (const leave of ['blur', 'pointerdown'] as const) {
    pad.addEventListener(leave, () => {
      lift();
      actions.show(undefined);
    });
  }
  return { lift };
}
