// Turns pointer events on the pad into a growing drawing: mouse, pen and finger alike.
import { type Point, widthFor } from './strokes.ts';

/** What the pen does; points are in the unit square. */
export interface PenActions {
  down(point: Point): void;
  move(points: readonly Point[], event: { readonly timeStamp: number }): void;
  up(): void;
}

/**
 * Listens to one pointer at a time: a palm that touches the screen beside the pen draws nothing.
 * The pad's style must have `touch-action: none`, else the browser takes fingers for scrolling.
 */
export function listenToPen(pad: HTMLElement, actions: PenActions): void {
  let pointer: number | undefined;

  function at(event: PointerEvent, box: DOMRect): Point {
    return {
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
      width: widthFor(event.pointerType, event.pressure),
    };
  }

  pad.addEventListener('pointerdown', (event) => {
    if (pointer !== undefined || event.button !== 0) return;
    pointer = event.pointerId;
    // With the pointer captured, a stroke may leave the pad and come back.
    pad.setPointerCapture(event.pointerId);
    actions.down(at(event, pad.getBoundingClientRect()));
  });

  pad.addEventListener('pointermove', (event) => {
    if (event.pointerId !== pointer) return;
    const box = pad.getBoundingClientRect();
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const events = coalesced.length > 0 ? coalesced : [event];
    actions.move(
      events.map((each) => at(each, box)),
      event,
    );
  });

  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    pad.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = undefined;
      actions.up();
    });
  }
}
