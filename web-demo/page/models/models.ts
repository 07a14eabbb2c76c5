// The page's models: the list, the choice on each side of the page, the backend, and the model in use.

import { messageOf } from '../../../models/errors.ts';
import { listenToInput } from '../photo/files.ts';
import type { Mode } from '../shell/address.ts';
import { byId, element } from '../shell/elements.ts';
import { createNotice, type Trouble } from '../shell/notice.ts';
import { backendInWords, createBackendChoice } from './backends.ts';
import { entryKey, findModels, ListError, type ModelEntry } from './catalog.ts';
import { firstChoice, fitting, showChoice, unusedName } from './choice.ts';
import { createGallery } from './gallery.ts';
import { type BackendChoice, createOpenModels, type Loaded } from './open-models.ts';

export interface ModelsEvents {
  /** Somebody chose a model, or how to run it. */
  chosen(): void;
  loading(): void;
  ready(loaded: Loaded): void;
  trouble(trouble: Trouble): void;
}

export interface Models {
  /** Looks for models and opens the first one to use; `wanted` is the name in a link. */
  open(mode: Mode, wanted: string | undefined): Promise<void>;
  /** Uses the model of another side of the page. */
  enter(mode: Mode): void;
  /** Adds a model file and uses it. */
  add(file: File): void;
  /** Uses an entry, in place of another in the list, or beside the others. */
  put(entry: ModelEntry, instead: ModelEntry | undefined): void;
  current(): Loaded | undefined;
  /** The model of a side, if it is not the one that the page would choose by itself. */
  chosenByHand(mode: Mode): string | undefined;
}

export function createModels(events: ModelsEvents): Models {
  const select = element('choice', HTMLSelectElement);
  const notice = createNotice({
    progress: element('progress', HTMLProgressElement),
    box: byId('notice'),
    title: byId('notice-title'),
    text: byId('notice-text'),
    command: byId('notice-command'),
    detail: byId('notice-detail'),
  });
  const gallery = createGallery(byId('gallery'), take);
  let entries: ModelEntry[] = [];
  let mode: Mode = 'draw';
  const chosen: Record<Mode, ModelEntry | undefined> = { draw: undefined, photo: undefined };
  let backend: BackendChoice = { backend: 'wasm', threads: undefined };
  let wanted: string | undefined;
  /** The last model that ran, to go back to when another one fails. */
  let worked: ModelEntry | undefined;
  const back = byId('back');

  const openModels = createOpenModels({
    loading() {
      notice.loading();
      refresh();
      byId('backend').textContent = '';
      events.loading();
    },
    progress: notice.progress,
    ready(loaded) {
      notice.clear();
      worked = loaded.entry;
      refresh();
      byId('backend').textContent = `${entryKey(loaded.entry)} on ${backendInWords(loaded.model.backend)}`;
      events.ready(loaded);
    },
    trouble,
  });

  function trouble(what: Trouble): void {
    notice.trouble(what);
    const failed = chosen[mode];
    const other = worked && worked !== failed && fitting([worked], mode).length > 0 ? worked : undefined;
    back.hidden = other === undefined;
    back.textContent = other ? `Back to ${entryKey(other)}` : '';
    byId('again').hidden = failed?.source instanceof File; // it would be the same file
    refresh();
    events.trouble(what);
  }

  function refresh(): void {
    showChoice(select, fitting(entries, mode), chosen[mode]);
    gallery.show(fitting(entries, 'photo'), openModels.current());
    byId('models').hidden = entries.length === 0;
  }

  function use(): void {
    const entry = chosen[mode];
    if (entry) void openModels.use(entry, backend);
    else trouble({ kind: 'no-model' });
  }

  /** Uses an entry; for one that cannot read drawings, the page changes to the photo side. */
  function take(entry: ModelEntry): void {
    events.chosen();
    const side: Mode = fitting([entry], mode).length > 0 ? mode : 'photo';
    chosen[side] = entry;
    if (side === mode) use();
    else byId('mode-photo').click();
  }

  async function open(first: Mode): Promise<void> {
    mode = first;
    notice.loading();
    events.loading();
    try {
      entries = await findModels();
    } catch (error) {
      const kind = error instanceof ListError ? 'bad-list' : 'no-list';
      return trouble({ kind, message: messageOf(error) });
    }
    chosen.draw = firstChoice(entries, 'draw', wanted);
    chosen.photo = firstChoice(entries, 'photo', wanted);
    use();
  }

  select.addEventListener('change', () => {
    const entry = fitting(entries, mode)[Number(select.value)];
    if (entry) take(entry);
  });
  createBackendChoice(byId('backends'), (next) => {
    events.chosen();
    backend = next;
    use();
  });
  back.addEventListener('click', () => {
    if (worked) take(worked);
  });
  byId('again').addEventListener('click', () => {
    events.chosen();
    if (entries.length > 0) use();
    else void open(mode);
  });
  listenToInput(element('model-file', HTMLInputElement), add);

  function add(file: File): void {
    const entry: ModelEntry = {
      name: unusedName(file.name, entries),
      version: undefined,
      source: file,
      size: file.size,
      sha256: undefined,
      card: undefined,
    };
    entries = [...entries, entry];
    take(entry);
  }

  return {
    open(first, named) {
      wanted = named;
      return open(first);
    },
    enter(next) {
      mode = next;
      if (entries.length > 0) use();
    },
    add,
    put(entry, instead) {
      const others = entries.filter((each) => each !== instead && each !== entry);
      entries = entries.includes(entry) ? entries.filter((each) => each !== instead) : [...others, entry];
      take(entry);
    },
    current: openModels.current,
    chosenByHand(side) {
      const entry = chosen[side];
      return entry && entry !== firstChoice(entries, side, undefined) && typeof entry.source === 'string'
        ? entryKey(entry)
        : undefined;
    },
  };
}
