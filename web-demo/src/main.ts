// The page: what is drawn goes to the model, what it answers goes to the views.
import { startClassifier } from './classifier.ts';
import { byId, element } from './elements.ts';
import { listenToKeyboard } from './keyboard.ts';
import { createPad } from './pad.ts';
import { listenToPen } from './pen.ts';
import { listenForPhotos, type Photo, readPhoto } from './photo.ts';
import { createRaster } from './raster.ts';
import { findDigits } from './repository.ts';
import { begin, type Drawing, emptyDrawing, extend, finish, type Point, undo } from './strokes.ts';
import { createViews } from './views.ts';

/** Milliseconds without a new answer after which the drawing counts as done: it is read out and checked. */
const rest = 350;

/** Name of the User Timing measure from a movement of the pen to the frame that shows the bars. */
const penToBars = 'pen-to-bars';

function start(): void {
  const views = createViews();
  const pad = createPad(element('paper', HTMLCanvasElement));
  const rasterise = createRaster();
  const undoButton = element('undo', HTMLButtonElement);
  const clearButton = element('clear', HTMLButtonElement);

  let drawing: Drawing = emptyDrawing;
  let photo: Photo | undefined;
  let penMovedAt: number | undefined;
  let resting: ReturnType<typeof setTimeout> | undefined;

  const isEmpty = () => drawing.strokes.length === 0 && !photo;

  const classifier = startClassifier({
    progress: views.progress,
    ready: views.ready,
    failed: ({ reason, message }) => views.trouble({ kind: reason, message }),
    answer(answer) {
      requestAnimationFrame(() => {
        if (isEmpty()) return;
        views.answer(answer);
        measureLatency();
        clearTimeout(resting);
        resting = setTimeout(() => settle(answer.id), rest);
      });
    },
    compared: views.compared,
  });

  /** Observers of performance entries get the latency; the page itself does not collect it. */
  function measureLatency(): void {
    if (penMovedAt === undefined) return;
    performance.measure(penToBars, { start: penMovedAt, end: performance.now() });
    performance.clearMeasures(penToBars);
    penMovedAt = undefined;
  }

  /** The drawing rests: time for what would disturb while the pen moves. */
  function settle(id: number): void {
    if (drawing.penDown) return;
    views.announce();
    classifier.compare(id, new URL('classify', document.baseURI).href);
  }

  function show(next: Drawing, nextPhoto?: Photo): void {
    if (next === drawing && nextPhoto === photo) return;
    if (photo !== nextPhoto) photo?.bitmap.close();
    drawing = next;
    photo = nextPhoto;
    pad.paint(next, nextPhoto?.bitmap);
    document.body.classList.toggle('drawn', !isEmpty());
    undoButton.disabled = next.strokes.length === 0;
    clearButton.disabled = isEmpty();
    clearTimeout(resting);
    if (isEmpty()) {
      classifier.forget();
      views.empty();
    } else {
      classifier.classify(nextPhoto ? nextPhoto.picture : () => rasterise(next));
    }
  }

  const clear = () => show(emptyDrawing);
  const takeBack = () => show(undo(drawing));

  const pen = {
    down: (point: Point) => show(begin(drawing, point)),
    move(points: readonly Point[], event: { readonly timeStamp: number }) {
      penMovedAt ??= event.timeStamp;
      show(extend(drawing, points));
    },
    up: () => show(finish(drawing), photo),
  };
  const sheet = byId('pad');
  const cursor = byId('cursor');
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

  undoButton.addEventListener('click', takeBack);
  clearButton.addEventListener('click', clear);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Delete') clear();
    else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) takeBack();
  });
  listenForPhotos(element('photo', HTMLInputElement), async (file) => {
    try {
      show(emptyDrawing, await readPhoto(file));
    } catch (error) {
      views.refuse(messageOf(error));
    }
  });

  async function open(): Promise<void> {
    views.loading();
    try {
      const model = await findDigits();
      if (model) classifier.open(model);
      else views.trouble({ kind: 'no-model' });
    } catch (error) {
      views.trouble({ kind: 'no-list', message: messageOf(error) });
    }
  }
  byId('again').addEventListener('click', open);
  void open();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

start();
