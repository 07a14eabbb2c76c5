// The page on which somebody teaches: examples go to the worker, what it learns goes to the views.
import { messageOf } from '../../../models/errors.ts';
import type { Picture } from '../../component/index.ts';
import { createDrawing } from '../../page/draw/drawing.ts';
import { extentOf } from '../../page/draw/extent.ts';
import { createRaster } from '../../page/draw/raster.ts';
import { emptyDrawing } from '../../page/draw/strokes.ts';
import { findModels, type ModelEntry, readsDigits } from '../../page/models/catalog.ts';
import { byId, element } from '../../page/shell/elements.ts';
import { hand } from '../../page/shell/hand.ts';
import { createTeachWorker } from './asking.ts';
import { fileOfEntry } from './base-file.ts';
import { createBases } from './bases.ts';
import { createClasses } from './classes.ts';
import { createDesk } from './desk.ts';
import { createEyes } from './eyes.ts';
import { listenToFiles } from './files.ts';
import { createKeeping } from './keep.ts';
import { type Class, moved, renamed, whyNot, withClass, withoutClass, withoutExample } from './lesson.ts';
import { createLive } from './live.ts';
import { chosen, type Found, fileOf } from './pictures.ts';
import { readProject, writeProject } from './project.ts';
import { createResults } from './results.ts';
import { createStatus } from './status.ts';

/** The model whose features are used when nothing else was chosen: small, and made for drawings. */
const USUAL = 'digits';

function start(): void {
  byId('unstarted').remove();
  const status = createStatus(byId('status'), element('progress', HTMLProgressElement));
  const script = new URL('browser/teach-worker.js', document.baseURI);
  const worker = createTeachWorker(new Worker(script), status.progress);
  const desk = createDesk(worker, {
    changed: show,
    refused: status.refuse,
    progress: (done, all) => status.say(`Looking at example ${done + 1} of ${all}…`),
  });
  const raster = createRaster();
  /** The classes as they were when the classifier that answers was trained. */
  let taught: readonly Class[] | undefined;
  /** Whether the model that is built upon is for drawings alone. */
  let knowsDrawings = true;
  /** The lesson that a project file holds. */
  let saved = desk.lesson();

  const live = createLive(byId('bars'), byId('label'), byId('words'), (picture) =>
    worker.ask('answer', { picture }),
  );
  const drawing = createDrawing(() => live.show(async () => drawn(), false));
  const eyes = createEyes({
    frame: (picture) => live.show(async () => picture, true),
    recorded: (key, file, recording) => void desk.add(key, file, recording),
    changed: show,
    refused: status.refuse,
  });
  const results = createResults(
    { summary: byId('summary'), table: element('confusion', HTMLTableElement), doubts: byId('doubts') },
    (id, to) => desk.change(moved(desk.lesson(), id, to)),
  );
  const classes = createClasses(byId('classes'), element('class', HTMLTemplateElement), {
    rename: (key, name) => desk.change(renamed(desk.lesson(), key, name)),
    remove: (key) => desk.change(withoutClass(desk.lesson(), key)),
    take: (key) => void attempt(() => takeDrawing(key)),
    record: eyes.record,
    files: (key, files) => void desk.addFiles(chosen(files), key),
    removeExample: (id) => desk.change(withoutExample(desk.lesson(), id)),
  });
  const bases = createBases(
    { select: element('base', HTMLSelectElement), load: element('load', HTMLButtonElement) },
    (entry) => void attempt(() => open(entry)),
  );
  const trainButton = element('train', HTMLButtonElement);
  const keeping = createKeeping({ make, status, attempt });

  function drawn(): Picture | undefined {
    const { strokes } = drawing.present();
    const [extent] = strokes.map(extentOf);
    return extent && raster({ strokes, extent });
  }

  function show(): void {
    classes.show(desk.lesson(), eyes.source());
    const missing = whyNot(desk.lesson());
    trainButton.disabled = missing !== undefined || status.busy();
    keeping.enable(taught !== undefined && !status.busy());
    byId('missing').textContent = missing ?? '';
    byId('advice').hidden = !knowsDrawings || eyes.source() === 'pad';
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    await status.during(work, show).catch((error) => status.refuse(messageOf(error)));
    show();
  }

  async function takeDrawing(key: number): Promise<void> {
    const picture = drawn();
    if (!picture) throw new Error('Draw something on the pad first.');
    drawing.replace(emptyDrawing);
    await desk.add(key, await fileOf(picture));
  }

  async function open(entry: ModelEntry): Promise<void> {
    status.say(`Loading ${entry.name}…`);
    const { card } = await worker.ask('open', { file: await fileOfEntry(entry) });
    knowsDrawings = readsDigits(card);
    await desk.showAgain();
    status.say(`${entry.name} is ready.`);
    if (taught && whyNot(desk.lesson()) === undefined) await learn();
  }

  async function learn(): Promise<void> {
    const { classes: order, examples } = desk.lesson();
    status.say(`Training on ${examples.length} examples…`);
    const labeled = examples.map(({ id, class: key, recording }) => {
      return { id, recording, label: order.findIndex((each) => each.key === key) };
    });
    const trained = await worker.ask('train', { examples: labeled, classes: order.length });
    taught = order;
    results.show(trained, order, examples);
    status.say('');
    live.classes(order.map(({ name }) => name.trim()));
    live.show(async () => drawn(), false);
    document.body.dataset.trained = String(Number(document.body.dataset.trained ?? 0) + 1);
  }

  async function make(name: string): Promise<Blob> {
    const now = desk.lesson().classes;
    const labels = (taught ?? []).map((each) => now.find(({ key }) => key === each.key)?.name ?? each.name);
    const { file } = await worker.ask('make', { name, labels: labels.map((each) => each.trim()) });
    return new Blob([file]);
  }

  async function save(): Promise<void> {
    const lesson = desk.lesson();
    hand(new Blob([await writeProject({ name: keeping.name(), lesson })]), `${keeping.name()}.zip`);
    saved = lesson;
  }

  async function openProject(file: Blob): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { name, lesson } = await desk.replace((firstId) => readProject(bytes, firstId));
    if (name !== '') keeping.rename(name);
    saved = lesson;
    status.say('');
  }

  function take(found: readonly Found[]): void {
    const [first] = found;
    const isProject = found.length === 1 && first !== undefined && /\.zip$/i.test(first.file.name);
    void attempt(() => (isProject ? openProject(first.file) : desk.addFiles(found)));
  }

  trainButton.addEventListener('click', () => void attempt(learn));
  byId('add-class').addEventListener('click', () => desk.change(withClass(desk.lesson())));
  byId('save').addEventListener('click', () => void attempt(save));
  listenToFiles([element('open', HTMLInputElement), element('folder', HTMLInputElement)], take);
  window.addEventListener('beforeunload', (event) => {
    if (desk.lesson() !== saved && desk.lesson().examples.length > 0) event.preventDefault();
  });

  live.classes(undefined);
  show();
  void attempt(async () => {
    const entries = await findModels();
    const first = entries.find(({ name }) => name === USUAL) ?? entries[0];
    bases.show(entries, first);
    if (!first)
      throw new Error('There is no model here whose features could be used: npx trainyard start trains one.');
    await open(first);
  });
}

start();
