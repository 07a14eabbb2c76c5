// The drawing side of the page: pen, eraser, keyboard and buttons change the drawing, and the pad shows it.
import { byId, element } from '../shell/elements.ts';
import { eraseAlong } from './erase.ts';
import { emptyHistory, type History, record, redo, undo } from './history.ts';
import { listenToKeyboard } from './keyboard.ts';
import { listenToKeys } from './keys.ts';
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
    cancel() {
      eraser = undefined;
      show(history.present);
    },
  };
  const hand = listenToPen(sheet, {
    ...pen,
    down(point, turned) {
      keyboard.lift();
      pen.down(point, turned);
    },
  });
  const keyboard = listenToKeyboard(sheet, {
    ...pen,
    down(point, turned) {
      hand.lift();
      pen.down(point, turned);
    },
    show(place) {
      cursor.hidden = place === undefined;
      if (!place) return;
      cursor.classList.toggle('down', place.down);
      cursor.style.left = `${100 * place.x}%`;
      cursor.style.top = `${100 * place.y}%`;
    },
  });

  /** A step in the middle of a stroke ends the stroke first: the rest of its movement draws nothing. */
  function after(next: (history: History) => History): void {
    hand.lift();
    keyboard.lift();
    step(next(history));
  }
  const actions = {
    clear: () => after((all) => record(all, emptyDrawing)),
    undo: () => after(undo),
    redo: () => after(redo),
    changeTool: () => choose(!erasing),
  };
  buttons.pen.addEventListener('click', () => choose(false));
  buttons.eraser.addEventListener('click', () => choose(true));
  for (const name of ['undo', 'redo', 'clear'] as const)
    buttons[name].addEventListener('click', actions[name]);
  listenToKeys(() => !byId('draw').hidden, actions);

  return {
    present: () => drawing,
    replace: (next) => after((all) => record(all, next)),
  };
}
