// The page: what is drawn or shown goes to the model, what it answers goes to the views.
import { messageOf } from '../../models/errors.ts';
import { type Answer, type Picture, warmUp } from '../component/index.ts';
import { createComparison } from './compare/comparison.ts';
import { createDrawing } from './draw/drawing.ts';
import { groupStrokes } from './draw/groups.ts';
import { createRaster } from './draw/raster.ts';
import { emptyDrawing } from './draw/strokes.ts';
import { createModels } from './models/models.ts';
import { listenToPage } from './photo/files.ts';
import { createPhotos } from './photo/photos.ts';
import { createReading } from './reading/reading.ts';
import { type Mode, readAddress, writeAddress } from './shell/address.ts';
import { byId, element, setText } from './shell/elements.ts';
import { latestOnly } from './shell/latest.ts';
import { firstAnswer, measureUntilPainted, penToBars } from './shell/marks.ts';
import { createModes } from './shell/modes.ts';
import { keepForOffline } from './shell/offline.ts';

/** Milliseconds without a new answer after which a picture counts as done: it is read out, linked and checked. */
const rest = 350;

/** What is asked: the pictures, and which of them was changed last. */
interface Question {
  readonly pictures: readonly Picture[];
  readonly chosen: number;
}

function start(): void {
  warmUp();
  const asker = latestOnly();
  const raster = createRaster();
  const address = readAddress(location.hash);
  const explainButton = element('explain', HTMLButtonElement);
  const reading = createReading(() => void explain());
  const comparison = createComparison();
  let mode: Mode = address.mode;
  /** Counts what made earlier questions void: a cleared pad, another side, another model. */
  let generation = 0;
  let resting: ReturnType<typeof setTimeout> | undefined;
  /** Whether the next frame will bring the latest answer. */
  let waiting = false;
  let latest: (Question & { readonly answers: readonly Answer[] }) | undefined;
  let answered = false;
  let explaining = false;

  const models = createModels({
    loading: () => clear('Loading the model…'),
    ready({ model }) {
      reading.model(model.card.labels, model.card.input.shape);
      comparison.model(models.current());
      if (mode === 'photo') photos.offer(model.card);
      clear();
      ask();
      if (isEmpty()) keepForOffline();
    },
    trouble() {
      comparison.model(undefined);
      clear();
    },
  });
  const drawing = createDrawing((_, at) => ask(at));
  const photos = createPhotos(() => ask(), reading.refuse);
  const showMode = createModes(enter);

  /** The question of the moment; undefined when there is nothing to ask about. */
  function question(): Question | undefined {
    if (mode === 'photo') {
      const photo = photos.present();
      return photo && { pictures: [photo.picture], chosen: 0 };
    }
    const { strokes } = drawing.present();
    const groups = groupStrokes(strokes);
    const last = strokes.at(-1);
    const chosen = groups.findIndex((group) => last !== undefined && group.strokes.includes(last));
    return groups.length === 0 ? undefined : { pictures: groups.map(raster), chosen: Math.max(0, chosen) };
  }

  function isEmpty(): boolean {
    return mode === 'photo' ? !photos.present() : drawing.present().strokes.length === 0;
  }

  function ask(at?: number): void {
    clearTimeout(resting);
    setText(byId('shared'), ''); // it spoke of the drawing before
    if (isEmpty()) {
      clear();
      return;
    }
    const mine = generation;
    asker.ask(async () => {
      const model = models.current()?.model;
      const asked = mine === generation ? question() : undefined;
      if (!model || !asked) return;
      try {
        const answers = await model.classifyAll(asked.pictures);
        if (mine === generation) show({ ...asked, answers }, at);
      } catch (error) {
        if (mine === generation) reading.refuse(messageOf(error));
      }
    });
  }

  function show(next: NonNullable<typeof latest>, at: number | undefined): void {
    latest = next;
    if (!waiting) requestAnimationFrame(paint);
    waiting = true;
    if (at !== undefined) measureUntilPainted(penToBars, at);
    if (!answered) measureUntilPainted(firstAnswer, 0);
    answered = true;
  }

  /** Changes the page once a frame, however many answers come: each change would be laid out at the next movement. */
  function paint(): void {
    waiting = false;
    if (!latest) return;
    reading.show(latest.answers, latest.chosen);
    comparison.browser(latest.answers);
    explainButton.disabled = false;
    clearTimeout(resting);
    resting = setTimeout(settle, rest);
  }

  /** The picture rests: time for what would disturb while the pen moves. */
  function settle(): void {
    if (!latest || drawing.present().penDown) return;
    keepForOffline();
    reading.announce();
    link();
    void comparison.ask(latest.pictures, latest.answers);
    void explain();
  }

  async function explain(): Promise<void> {
    const picture = latest?.pictures[reading.chosen()];
    const model = models.current()?.model;
    if (!explaining || !picture || !model) return;
    const explained = latest;
    const explanation = await model.explain(picture).catch(() => undefined);
    if (explaining && explained === latest) reading.explain(explanation);
  }

  function emptyWords(): string {
    if (!models.current()) return '';
    return mode === 'photo' ? 'No picture yet' : 'Nothing drawn yet';
  }

  function clear(words = emptyWords()): void {
    generation++;
    latest = undefined;
    clearTimeout(resting);
    asker.cancel();
    reading.empty(words);
    comparison.empty();
    explainButton.disabled = true;
    if (models.current()) link();
  }

  function link(): void {
    writeAddress(mode, models.chosenByHand(mode), drawing.present());
  }

  function enter(next: Mode): void {
    mode = next;
    photos.leave();
    showMode(next);
    models.enter(next);
  }

  explainButton.addEventListener('click', () => {
    explaining = !explaining;
    explainButton.setAttribute('aria-pressed', String(explaining));
    if (explaining) void explain();
    else reading.explain(undefined);
  });
  element('share', HTMLButtonElement).addEventListener('click', async () => {
    link();
    const copied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    byId('live').textContent = byId('shared').textContent = copied
      ? 'The link is copied.'
      : 'Copy the link from the address bar.';
  });
  listenToPage((file) => {
    if (/\.onnx$/i.test(file.name)) return models.add(file);
    if (mode !== 'photo') enter('photo');
    void photos.take(file);
  });
  window.addEventListener('hashchange', () => {
    const next = readAddress(location.hash);
    if (next.mode !== mode) enter(next.mode);
    if (next.drawing) drawing.replace(next.drawing);
  });

  drawing.replace(address.drawing ?? emptyDrawing);
  showMode(mode);
  void models.open(mode, address.model).then(() => {
    if (address.damaged) reading.refuse('The drawing in this link cannot be read.');
  });
}

start();
