// The page: wires the pad, the worker and the views together.
import { createAnswer } from './answer.ts';
import { createBars } from './bars.ts';
import { createCheck } from './check.ts';
import { startClassifier } from './classifier.ts';
import { factsOf, showFacts } from './facts.ts';
import { listenToKeyboard } from './keyboard.ts';
import { createNotice } from './notice.ts';
import { createPad } from './pad.ts';
import { listenToPen } from './pen.ts';
import { listenForPhotos, type Photo, readPhoto } from './photo.ts';
import type { Answer, Ready } from './protocol.ts';
import { createRaster } from './raster.ts';
import { findDigits } from './repository.ts';
import { begin, type Drawing, emptyDrawing, extend, finish, type Point, undo } from './strokes.ts';
import { paintTile } from './tile.ts';

/** Milliseconds without a new answer after which the drawing counts as done: it is read out and checked. */
const rest = 350;

/** Name of the User Timing measure from a movement of the pen to the frame that shows the bars. */
const penToBars = 'pen-to-bars';

/** What is shown before a model says what its labels are. */
const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} with the id "${id}"`);
  return found;
}

const byId = (id: string) => element(id, HTMLElement);

function start(): void {
  const sheet = byId('pad');
  const tile = element('tile', HTMLCanvasElement);
  const undoButton = element('undo', HTMLButtonElement);
  const clearButton = element('clear', HTMLButtonElement);
  const pad = createPad(element('paper', HTMLCanvasElement));
  const rasterise = createRaster();
  const answer = createAnswer(byId('label'), byId('words'), byId('live'));
  const check = createCheck(byId('check'), byId('difference'));
  const notice = createNotice({
    progress: element('progress', HTMLProgressElement),
    box: byId('notice'),
    title: byId('notice-title'),
    text: byId('notice-text'),
    command: byId('notice-command'),
    detail: byId('notice-detail'),
  });

  let drawing: Drawing = emptyDrawing;
  let photo: Photo | undefined;
  let ready: Ready | undefined;
  let bars = createBars(byId('bars'), digits);
  let resting: ReturnType<typeof setTimeout> | undefined;
  let penMovedAt: number | undefined;

  const classifier = startClassifier({
    progress: notice.progress,
    ready(now) {
      ready = now;
      bars = createBars(byId('bars'), now.card.labels);
      notice.clear();
      showFacts(byId('facts'), factsOf(now));
      const file = element('file', HTMLAnchorElement);
      file.href = now.model.url;
      byId('model').hidden = false;
      showNothing();
    },
    failed({ reason, message }) {
      ready = undefined;
      notice.trouble({ kind: reason, message });
      showNothing();
    },
    answer: (latest) => requestAnimationFrame(() => showAnswer(latest)),
    compared: check.server,
  });

  function isEmpty(): boolean {
    return drawing.strokes.length === 0 && !photo;
  }

  function showNothing(): void {
    if (ready && !isEmpty()) return;
    answer.empty(ready || isEmpty() ? 'Nothing drawn yet' : 'No model to ask');
    bars.show(null);
    check.empty();
    paintTile(tile, null, ready?.card.input.shape ?? [28, 28, 1]);
  }

  function showAnswer(latest: Answer): void {
    if (!ready || isEmpty()) return;
    answer.show(latest.probabilities, ready.card.labels);
    bars.show(latest.probabilities);
    check.browser(latest, ready.card.labels);
    paintTile(tile, latest.input, latest.shape);
    if (penMovedAt !== undefined) {
      performance.measure(penToBars, { start: penMovedAt, end: performance.now() });
      performance.clearMeasures(penToBars); // Observers have it; the page does not collect it.
      penMovedAt = undefined;
    }
    clearTimeout(resting);
    resting = setTimeout(() => done(latest.id), rest);
  }

  function done(id: number): void {
    if (drawing.penDown) return;
    answer.announce();
    classifier.compare(id, new URL('classify', document.baseURI).href);
  }

  function changed(): void {
    const shown = photo;
    pad.paint(drawing, shown?.bitmap);
    document.body.classList.toggle('drawn', !isEmpty());
    undoButton.disabled = drawing.strokes.length === 0;
    clearButton.disabled = isEmpty();
    clearTimeout(resting);
    if (isEmpty()) {
      classifier.forget();
      showNothing();
    } else {
      const now = drawing;
      classifier.classify(shown ? shown.picture : () => rasterise(now));
    }
  }

  function draw(next: Drawing): void {
    if (next === drawing) return;
    drawing = next;
    changed();
  }

  function clear(): void {
    photo?.bitmap.close();
    photo = undefined;
    drawing = emptyDrawing;
    changed();
  }

  const pen = {
    down(point: Point) {
      if (photo) clear();
      draw(begin(drawing, point));
    },
    move(points: readonly Point[], event: { readonly timeStamp: number }) {
      penMovedAt ??= event.timeStamp;
      draw(extend(drawing, points));
    },
    up() {
      draw(finish(drawing));
    },
  };
  listenToPen(sheet, pen);
  const cursor = byId('cursor');
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

  undoButton.addEventListener('click', () => draw(undo(drawing)));
  clearButton.addEventListener('click', clear);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Delete' || event.key === 'Backspace') clear();
    else if ((event.ctrlKey || event.metaKey) && event.key === 'z' && drawing.strokes.length > 0) {
      event.preventDefault();
      draw(undo(drawing));
    }
  });

  listenForPhotos(element('photo', HTMLInputElement), async (file) => {
    try {
      const read = await readPhoto(file);
      clear();
      photo = read;
      changed();
    } catch (error) {
      byId('live').textContent = byId('words').textContent =
        error instanceof Error ? error.message : String(error);
    }
  });

  async function open(): Promise<void> {
    notice.loading();
    try {
      const model = await findDigits();
      if (model) classifier.open(model);
      else notice.trouble({ kind: 'no-model' });
    } catch (error) {
      notice.trouble({ kind: 'no-list', message: error instanceof Error ? error.message : String(error) });
    }
  }
  byId('again').addEventListener('click', open);
  showNothing();
  void open();
}

start();
