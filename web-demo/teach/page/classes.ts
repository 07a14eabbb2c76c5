// The classes on the page: a name, examples to be looked at and taken away, and the ways to give more.
import { type Class, type Example, examplesOf, type Lesson } from './lesson.ts';
import { paintThumbnail } from './pictures.ts';

/** What somebody does to a class. */
export interface ClassActions {
  rename(key: number, name: string): void;
  remove(key: number): void;
  /** Takes what is on the pad, or what the camera sees. */
  take(key: number): void;
  /** Begins and ends to take what the camera sees, frame after frame. */
  record(key: number, on: boolean): void;
  files(key: number, files: FileList): void;
  removeExample(id: number): void;
}

export interface ClassesView {
  /** @param source - What examples are taken from. */
  show(lesson: Lesson, source: 'pad' | 'camera'): void;
}

/** Pixels of a thumbnail: two for each of the screen's. */
const SIDE = 88;

interface Row {
  readonly item: HTMLElement;
  readonly name: HTMLInputElement;
  readonly count: HTMLElement;
  readonly take: HTMLButtonElement;
  readonly remove: HTMLButtonElement;
  readonly strip: HTMLElement;
  readonly thumbnails: Map<number, HTMLElement>;
}

/** Fills a list; what has not changed stays as it is, with the focus that it may have. */
export function createClasses(
  list: HTMLElement,
  template: HTMLTemplateElement,
  actions: ClassActions,
): ClassesView {
  const rows = new Map<number, Row>();

  function rowOf({ key }: Class): Row {
    const known = rows.get(key);
    if (known) return known;
    const row = createRow(template, key, actions);
    rows.set(key, row);
    return row;
  }

  return {
    show(lesson, source) {
      for (const [key, { item }] of rows)
        if (!lesson.classes.some((each) => each.key === key)) {
          item.remove();
          rows.delete(key);
        }
      for (const each of lesson.classes) {
        const row = rowOf(each);
        if (row.item.parentElement !== list) list.append(row.item);
        fill(row, each, examplesOf(lesson, each.key), source, lesson.classes.length, actions);
      }
    },
  };
}

function createRow(template: HTMLTemplateElement, key: number, actions: ClassActions): Row {
  const item = template.content.firstElementChild?.cloneNode(true);
  if (!(item instanceof HTMLElement)) throw new Error('index.html has no template of a class');
  const part = <T extends HTMLElement>(name: string, kind: new () => T): T => {
    const found = item.querySelector(`[data-part="${name}"]`);
    if (!(found instanceof kind)) throw new Error(`the template of a class has no ${name}`);
    return found;
  };
  const row: Row = {
    item,
    name: part('name', HTMLInputElement),
    count: part('count', HTMLElement),
    take: part('take', HTMLButtonElement),
    remove: part('remove', HTMLButtonElement),
    strip: part('strip', HTMLElement),
    thumbnails: new Map(),
  };
  const files = part('files', HTMLInputElement);
  row.name.addEventListener('input', () => actions.rename(key, row.name.value));
  row.remove.addEventListener('click', () => actions.remove(key));
  files.addEventListener('change', () => {
    if (files.files) actions.files(key, files.files);
    files.value = '';
  });
  listenToHold(row.take, (on) => {
    if (row.take.dataset.source === 'camera') actions.record(key, on);
    else if (on) actions.take(key);
  });
  return row;
}

/** Tells when a button is pressed and let go, by a pointer or a key. */
function listenToHold(button: HTMLButtonElement, hold: (on: boolean) => void): void {
  let held = false;
  const set = (on: boolean) => {
    if (held === on) return;
    held = on;
    button.classList.toggle('held', on);
    hold(on);
  };
  button.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    set(true);
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur'])
    button.addEventListener(end, () => set(false));
  button.addEventListener('keydown', (event) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (!event.repeat) set(true);
  });
  button.addEventListener('keyup', () => set(false));
  // A click that no pointer and no key has made: assistive technology.
  button.addEventListener('click', ({ detail }) => {
    if (detail > 0) return;
    set(true);
    set(false);
  });
  button.addEventListener('contextmenu', (event) => event.preventDefault());
}

function fill(
  row: Row,
  { name }: Class,
  examples: readonly Example[],
  source: 'pad' | 'camera',
  classes: number,
  actions: ClassActions,
): void {
  if (row.name.value !== name) row.name.value = name;
  const called = name.trim() || 'this class';
  row.item.setAttribute('aria-label', called);
  row.count.textContent = `${examples.length} ${examples.length === 1 ? 'example' : 'examples'}`;
  row.take.dataset.source = source;
  row.take.textContent = source === 'camera' ? 'Hold to record' : 'Add drawing';
  row.take.setAttribute('aria-label', `${row.take.textContent}: ${called}`);
  row.remove.setAttribute('aria-label', `Remove ${called}`);
  row.remove.disabled = classes <= 2;
  const ids = new Set(examples.map(({ id }) => id));
  for (const [id, thumbnail] of row.thumbnails)
    if (!ids.has(id)) {
      thumbnail.remove();
      row.thumbnails.delete(id);
    }
  for (const [n, example] of examples.entries()) {
    const known = row.thumbnails.get(example.id) ?? createThumbnail(example, actions);
    known.setAttribute('aria-label', `Take away example ${n + 1} of ${called}`);
    if (known.parentElement === row.strip) continue;
    row.thumbnails.set(example.id, known);
    row.strip.prepend(known); // the newest first
  }
  row.strip.hidden = examples.length === 0;
}

function createThumbnail({ id, file }: Example, actions: ClassActions): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'thumbnail';
  button.title = 'Take away';
  button.append(thumbnailOf(file));
  button.addEventListener('click', () => actions.removeExample(id));
  return button;
}

/** A small square of a picture file. */
export function thumbnailOf(file: Blob): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  paintThumbnail(canvas, file).catch(() => {}); // a file that cannot be read is refused before it is an example
  return canvas;
}
