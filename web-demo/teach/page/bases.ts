// Whose features are used: the models of this server, and any model file. Large ones are asked for first.
import type { ModelEntry } from '../../page/models/catalog.ts';
import { showChoice } from '../../page/models/choice.ts';
import { formatBytes } from '../../page/shell/format.ts';

/** Bytes of a file that is fetched without a question. */
const SMALL = 2_000_000;

export interface BasesView {
  /** Fills the choice. */
  show(entries: readonly ModelEntry[], chosen: ModelEntry | undefined): void;
}

export interface BasesElements {
  readonly select: HTMLSelectElement;
  readonly load: HTMLButtonElement;
}

/** @param use - called with the entry to be opened. */
export function createBases({ select, load }: BasesElements, use: (entry: ModelEntry) => void): BasesView {
  let entries: readonly ModelEntry[] = [];
  const selected = () => entries[Number(select.value)];

  function ask(): void {
    const entry = selected();
    if (!entry) return;
    load.hidden = (entry.size ?? 0) <= SMALL || typeof entry.source !== 'string';
    load.textContent = `Load ${formatBytes(entry.size ?? 0)}`;
    if (load.hidden) use(entry);
  }

  select.addEventListener('change', ask);
  load.addEventListener('click', () => {
    const entry = selected();
    load.hidden = true;
    if (entry) use(entry);
  });
  return {
    show(all, chosen) {
      entries = all;
      showChoice(select, all, chosen);
    },
  };
}
