// Lists every model with its card (what it was trained on, how accurate it is) and buttons to use and download it.
import { entryKey, type ModelEntry } from './catalog.ts';
import { factsOf, showFacts } from './facts.ts';
import type { Loaded } from './open-models.ts';

export interface Gallery {
  /** @param loaded - the model in use: its card is known even if the list has none. */
  show(entries: readonly ModelEntry[], loaded: Loaded | undefined): void;
}

/** @param choose - called with the model to use. */
export function createGallery(list: HTMLElement, choose: (entry: ModelEntry) => void): Gallery {
  return {
    show(entries, loaded) {
      list.replaceChildren(...entries.map((entry) => item(entry, loaded, choose)));
    },
  };
}

function item(
  entry: ModelEntry,
  loaded: Loaded | undefined,
  choose: (entry: ModelEntry) => void,
): HTMLElement {
  const inUse = loaded?.entry === entry;
  const card = inUse ? loaded.model.card : entry.card;
  const box = document.createElement('li');
  box.classList.toggle('in-use', inUse);
  const title = document.createElement('h3');
  title.textContent = entry.version === undefined ? entry.name : `${entry.name} `;
  if (entry.version !== undefined) {
    const version = document.createElement('span');
    version.textContent = `version ${entry.version}`;
    title.append(version);
  }
  box.append(title);
  if (card) {
    const text = document.createElement('p');
    text.textContent = card.description;
    const facts = document.createElement('dl');
    facts.dataset.testid = inUse ? 'facts' : '';
    showFacts(facts, factsOf(card, inUse ? loaded.model.size : entry.size, inUse ? loaded.model : undefined));
    box.append(text, facts);
  }
  const actions = document.createElement('p');
  actions.className = 'actions';
  actions.append(useButton(entry, inUse, choose));
  if (typeof entry.source === 'string') actions.append(downloadLink(entry, entry.source));
  box.append(actions);
  return box;
}

function useButton(entry: ModelEntry, inUse: boolean, choose: (entry: ModelEntry) => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = inUse ? 'In use' : 'Use';
  button.setAttribute('aria-label', `${inUse ? 'In use:' : 'Use'} ${entryKey(entry)}`);
  button.disabled = inUse;
  button.addEventListener('click', () => choose(entry));
  return button;
}

function downloadLink(entry: ModelEntry, source: string): HTMLElement {
  const link = document.createElement('a');
  link.className = 'button';
  link.href = source;
  link.download = `${entry.name.replace(/\.onnx$/, '')}.onnx`;
  link.textContent = 'Download';
  link.setAttribute('aria-label', `Download ${entryKey(entry)}`);
  return link;
}
