// Turns pointer events on the pad into a growing drawing: mouse, pen and finger alike.
import { type PenPoint, snap, widthFor } from './strokes.ts';

/** What the pen does; points are in the unit square. */
export interface PenActions {
  /** @param turned - whether it is the end of the pen that erases. */
  down(point: PenPoint, turned: boolean): void;
  move(points: readonly PenPoint[], event: { readonly timeStamp: number }): void;
  up(): void;
}

/** The bit of `buttons` that says that a pen's eraser touches. Reference: Pointer Events, section 5.3. */
const eraserButton = 32;

/**
 * Movements as they happen where the browser tells them (Chromium, in secure contexts); others hold them back until
 * the next frame, which would be one frame later in the answer.
 */
const movement = 'onpointerrawupdate' in globalThis ? 'pointerrawupdate' : 'pointermove';

/**
 * Listens to one pointer at a time: a palm that touches the screen beside the pen draws nothing.
 * The pad's style must have `touch-action: none`, else the browser takes fingers for scrolling.
 */
export function listenToPen(pad: HTMLElement, actions: PenActions): void {
  let pointer: number | undefined;

  function at(event: PointerEvent, box: DOMRect): PenPoint {
    return snap(
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
      widthFor(event.pointerType, event.pressure),
    );
  }

  pad.addEventListener('pointerdown', (event) => {
    const turned = (event.buttons & eraserButton) !== 0;
    if (pointer !== undefined || (event.button !== 0 && !turned)) return;
    pointer = event.pointerId;
    // With the pointer captured, a stroke may leave the pad and come back.
    pad.setPointerCapture(event.pointerId);
    actions.down(at(event, pad.getBoundingClientRect()), turned);
  });

  pad.addEventListener(movement, (event) => {
    if (!(event instanceof PointerEvent) || event.pointerId !== pointer) return;
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
