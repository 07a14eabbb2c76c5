// Turns pointer events on the pad into a growing drawing: mouse, pen and finger alike.
import { type PenPoint, snap, widthFor } from './strokes.ts';

/** What the pen does; points are in the unit square. */
export interface PenActions {
  /** @param turned - whether it is the end of the pen that erases. */
  down(point: PenPoint, turned: boolean): void;
  move(points: readonly PenPoint[], event: { readonly timeStamp: number }): void;
  up(): void;
  /** What was drawn since `down` was no pen: it is to go. */
  cancel(): void;
}

export interface Pen {
  /** Lifts the pen, if it is down: what it does until it comes down again draws nothing. */
  lift(): void;
}

/** The bit of `buttons` that says that a pen's eraser touches. Reference: Pointer Events, section 5.3. */
const eraserButton = 32;

/**
 * Movements as they happen where the browser tells them (Chromium, in secure contexts); others hold them back until
 * the next frame, which would be one frame later in the answer.
 */
const movement = 'onpointerrawupdate' in globalThis ? 'pointerrawupdate' : 'pointermove';

/**
 * Listens to one pointer at a time. A pen always wins: what a palm has drawn before it touched goes, and while it is near,
 * fingers draw nothing.
 * The pad's style must have `touch-action: none`, else the browser takes fingers for scrolling.
 */
export function listenToPen(pad: HTMLElement, actions: PenActions): Pen {
  /** The pointer that draws. */
  let drawing: { readonly id: number; readonly type: string } | undefined;
  /** Whether a pen touches the pad or hovers over it. */
  let penIsNear = false;

  function at(event: PointerEvent, box: DOMRect): PenPoint {
    return snap(
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
      widthFor(event.pointerType, event.pressure),
    );
  }

  function lift(): void {
    if (!drawing) return;
    drawing = undefined;
    actions.up();
  }

  for (const [name, isNear] of [
    ['pointerenter', true],
    ['pointerleave', false],
  ] as const) {
    pad.addEventListener(name, ({ pointerType }) => {
      if (pointerType === 'pen') penIsNear = isNear;
    });
  }

  pad.addEventListener('pointerdown', (event) => {
    const { pointerId: id, pointerType: type } = event;
    const turned = (event.buttons & eraserButton) !== 0;
    if (event.button !== 0 && !turned) return;
    if (type === 'touch' && penIsNear) return;
    if (drawing && (type !== 'pen' || drawing.type === 'pen')) return;
    if (drawing) actions.cancel();
    drawing = { id, type };
    // With the pointer captured, a stroke may leave the pad and come back.
    pad.setPointerCapture(id);
    actions.down(at(event, pad.getBoundingClientRect()), turned);
  });

  pad.addEventListener(movement, (event) => {
    if (!(event instanceof PointerEvent) || event.pointerId !== drawing?.id) return;
    const box = pad.getBoundingClientRect();
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const events = coalesced.length > 0 ? coalesced : [event];
    actions.move(
      events.map((each) => at(each, box)),
      event,
    );
  });

  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    pad.addEventListener(end, ({ pointerId }) => {
      if (pointerId === drawing?.id) lift();
    });
  }
  return { lift };
}
