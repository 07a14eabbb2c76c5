// The drawing side of the page: pen, eraser, keyboard and buttons change the drawing, and the pad shows it.
import { byId, element } from '../shell/elements.ts';
import { eraseAlong } from './erase.ts';
import { emptyHistory, type History, record, redo, undo } from './history.ts';
import { listenToKeyboard } from './keyboard.ts';
import { createPad } from './pad.ts';
import { listenToPen } from './pen.ts';
import { begin, type Drawing, emptyDrawing, extend, finish, type PenPoint } from './strokes.ts';

export interface DrawingView {
  present(): Drawing;
  /** Puts a drawing in place of the present one: from a link. */
  replace(drawing: Drawing): void;
}

/**
 * Connects the pad and its tools.
 *
 * @param changed - called after every change; `at` is the time of the pen's movement that made it.
 */
export function createDrawing(changed: (drawing: Drawing, at?: number) => void): DrawingView {
  const pad = createPad(element('paper', HTMLCanvasElement));
  const sheet = byId('pad');
  const cursor = byId('cursor');
  const buttons = {
    pen: element('pen', HTMLButtonElement),
    eraser: element('eraser', HTMLButtonElement),
    undo: element('undo', HTMLButtonElement),
    redo: element('redo', HTMLButtonElement),
    clear: element('clear', HTMLButtonElement),
  };

  /** Whole gestures; during one, `drawing` is ahead of it. */
  let history: History = emptyHistory;
  let drawing = emptyDrawing;
  let erasing = false;
  /** Where the eraser is while it touches the paper. */
  let eraser: PenPoint | undefined;

  function show(next: Drawing, at?: number): void {
    if (next === drawing) return;
    drawing = next;
    pad.paint(next);
    sheet.classList.toggle('drawn', next.strokes.length > 0);
    changed(next, at);
  }

  function step(next: History): void {
    history = next;
    show(next.present);
    const empty = next.present.strokes.length === 0;
    if (empty) choose(false); // there is nothing left to erase
    buttons.clear.disabled = empty;
    buttons.undo.disabled = next.past.length === 0;
    buttons.redo.disabled = next.future.length === 0;
  }

  function choose(toErase: boolean): void {
    erasing = toErase;
    buttons.pen.setAttribute('aria-pressed', String(!toErase));
    buttons.eraser.setAttribute('aria-pressed', String(toErase));
    sheet.classList.toggle('erasing', toErase);
  }

  function rub(from: PenPoint, to: PenPoint, at?: number): void {
    show(eraseAlong(drawing, from, to), at);
    eraser = to;
  }

  const pen = {
    down(point: PenPoint, turned: boolean) {
      if (erasing || turned) rub(point, point);
      else show(begin(drawing, point));
    },
    move(points: readonly PenPoint[], event: { readonly timeStamp: number }) {
      if (!eraser) return show(extend(drawing, points), event.timeStamp);
      for (const point of points) rub(eraser, point, event.timeStamp);
    },
    up() {
      eraser = undefined;
      step(record(history, finish(drawing)));
    },
  };
  listenToPen(sheet, pen);
  listenToKeyboard(sheet, {
    ...pen,
    show(place) {
      cursor.hidden = place === undefined;
      if (!place) return;
      cursor.classList.toggle('down', place.down);
      cursor.style.left = `${100 * place.x}%`;
      cursor.style.top = `${100 * place.y}%`;
    },
  });

  const clear = () => step(record(history, emptyDrawing));
  const back = () => step(undo(history));
  const again = () => step(redo(history));
  buttons.pen.addEventListener('click', () => choose(false));
  buttons.eraser.addEventListener('click', () => choose(true));
  buttons.undo.addEventListener('click', back);
  buttons.redo.addEventListener('click', again);
  buttons.clear.addEventListener('click', clear);
  document.addEventListener('keydown', (event) => {
    if (byId('draw').hidden || event.target instanceof HTMLInputElement) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === 'Escape' || event.key === 'Delete') clear();
    else if (command && event.key.toLowerCase() === 'z') (event.shiftKey ? again : back)();
    else if (command && event.key === 'y') again();
    else if (!command && event.key === 'e') choose(!erasing);
  });

  return {
    present: () => drawing,
    replace: (next) => step(record(history, next)),
  };
}
