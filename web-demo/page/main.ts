// The page: what is drawn or shown goes to the model, what it answers goes to the views.
import { warmUp } from '../component/index.ts';
import { type Answered, createAsking, type Question } from './asking.ts';
import { createComparison } from './compare/comparison.ts';
import { createCorrection } from './correct/correction.ts';
import { createDrawing } from './draw/drawing.ts';
import { createQuestions } from './draw/question.ts';
import { createRaster } from './draw/raster.ts';
import { emptyDrawing } from './draw/strokes.ts';
import { createLayersSwitch } from './layers/layers-switch.ts';
import { createLayersView } from './layers/view.ts';
import { createMattered } from './mattered/mattered.ts';
import { createModels } from './models/models.ts';
import { listenToPage } from './photo/files.ts';
import { createPhotos } from './photo/photos.ts';
import { createReading } from './reading/reading.ts';
import { createShare } from './share/share.ts';
import { type Mode, readAddress, writeAddress } from './shell/address.ts';
import { byId, element } from './shell/elements.ts';
import { createEmbed } from './shell/embed.ts';
import { createModes } from './shell/modes.ts';
import { keepForOffline } from './shell/offline.ts';

const nothingYet: Record<Mode, string> = { draw: 'Nothing drawn yet', photo: 'No picture yet' };

function start(): void {
  byId('unstarted').remove();
  warmUp();
  const raster = createRaster();
  const questionOf = createQuestions(raster);
  const address = readAddress(location.hash);
  const embed = createEmbed();
  /** In a frame, the browser would keep a second copy for each page around it. */
  const keep = embed.on ? () => {} : keepForOffline;
  let mode: Mode = address.mode;
  /** What was said to be wrong; it stands until somebody does something. */
  let refusal: string | undefined;

  const models = createModels({
    chosen: () => {
      refusal = undefined;
    },
    loading: () => clear('Loading the model…'),
    ready({ model }) {
      reading.model(model.card);
      comparison.model(models.current());
      if (mode === 'photo') photos.offer(model.card);
      clear();
      if (!isEmpty() && refusal === undefined) asking.ask();
      if (isEmpty()) keep();
    },
    trouble() {
      comparison.model(undefined);
      clear();
    },
  });
  const asking = createAsking({
    model: () => models.current()?.model,
    question,
    show({ answers, chosen }) {
      reading.show(answers, chosen);
      comparison.browser(answers);
      mattered.changed(models.current()?.model.card.task !== 'regression');
      correction.offer(models.current()?.model.card);
      layers.changed();
    },
    rested,
    failed: refuse,
  });
  const reading = createReading(() => {
    void mattered.explain();
    layers.rested();
  });
  const mattered = createMattered(raster, subject, sheet, () => mode === 'photo' && photos.live());
  const layers = createLayersSwitch({
    button: element('layers-switch', HTMLButtonElement),
    subject,
    ...createLayersView(),
    switched: link,
  });
  const comparison = createComparison();
  const correction = createCorrection(models, subject);
  const drawing = createDrawing((_, at) => ask(at));
  const photos = createPhotos(() => ask(), refuse);
  const showMode = createModes(enter);
  createShare(
    () => ({
      tooLong: link(),
      shows: isEmpty() ? 'nothing' : mode === 'draw' ? 'drawing' : 'photo',
      loaded: models.current(),
      answered: asking.latest() !== undefined,
      sheet: sheet(),
      drawing: drawing.present(),
    }),
    refuse,
  );

  function question(): Question | undefined {
    if (mode === 'draw') return questionOf(drawing.present());
    const photo = photos.present();
    return photo && { pictures: [photo.picture], chosen: 0, file: photo.file };
  }

  /** What was answered last, and by which model. */
  function subject() {
    const [model, answered, chosen] = [models.current()?.model, asking.latest(), reading.chosen()];
    const picture = answered?.pictures[chosen];
    return model && picture && { model, picture, answered, chosen };
  }

  function isEmpty(): boolean {
    return mode === 'photo' ? !photos.present() : drawing.present().strokes.length === 0;
  }

  /** The picture was changed. */
  function ask(at?: number): void {
    refusal = undefined;
    if (isEmpty()) clear();
    else asking.ask(at);
  }

  /** Time for what would disturb while the pen moves. */
  function rested({ pictures, answers, file }: Answered): void {
    if (drawing.present().penDown) return;
    keep();
    reading.announce();
    link();
    if (!embed.on) void comparison.ask(pictures, answers, file);
    void mattered.explain();
    layers.rested();
  }

  function refuse(message: string): void {
    refusal = message;
    asking.forget();
    reading.refuse(message);
  }

  function clear(words = models.current() ? nothingYet[mode] : ''): void {
    asking.forget();
    if (refusal === undefined) reading.empty(words);
    else reading.refuse(refusal);
    comparison.empty();
    mattered.changed(false);
    correction.offer(undefined);
    layers.empty();
    if (models.current()) link();
  }

  /** @returns how many letters the drawing has, where these are too many for a link. */
  function link(): number | undefined {
    const tooLong = writeAddress(mode, models.chosenByHand(mode), drawing.present(), layers.isOn());
    embed.follow();
    return tooLong;
  }

  function sheet(): HTMLElement {
    return byId(mode === 'draw' ? 'pad' : 'frame');
  }

  function enter(next: Mode): void {
    mode = next;
    refusal = undefined;
    photos.leave();
    showMode(next);
    models.enter(next);
  }

  listenToPage((file) => {
    if (/\.onnx$/i.test(file.name)) return models.add(file);
    if (mode !== 'photo') enter('photo');
    void photos.take(file);
  });
  window.addEventListener('hashchange', () => {
    const next = readAddress(location.hash);
    if (next.mode !== mode) enter(next.mode);
    if (next.layers !== layers.isOn()) layers.set(next.layers);
    if (next.drawing) drawing.replace(next.drawing);
    if (next.trouble) refuse(next.trouble);
  });

  layers.set(address.layers);
  drawing.replace(address.drawing ?? emptyDrawing);
  showMode(mode);
  if (address.trouble) refuse(address.trouble);
  void models.open(mode, address.model);
}

start();
