// The models to choose from on each side of the page, and the one that is chosen there.
import type { Mode } from '../shell/address.ts';
import { entryKey, type ModelEntry, readsDigits } from './catalog.ts';

/** Models that are used when nothing else was chosen. */
const usual: Record<Mode, string> = { draw: 'digits', photo: 'cifar' };

/**
 * Models for one side of the page: drawings go to models that read digits, photos to all that tell things apart. With one label
 * alone, a model is there to be taught upon.
 */
export function fitting(entries: readonly ModelEntry[], mode: Mode): ModelEntry[] {
  return entries.filter(
    ({ card }) =>
      card === undefined ||
      (mode === 'photo' ? card.labels.length > 1 || card.task === 'regression' : readsDigits(card)),
  );
}

/**
 * The entry to begin with: the one that a link names, else the usual one, else the first that fits.
 * Of several versions the newest, which stands first.
 */
export function firstChoice(
  entries: readonly ModelEntry[],
  mode: Mode,
  wanted: string | undefined,
): ModelEntry | undefined {
  const those = fitting(entries, mode);
  return (
    those.find((entry) => wanted !== undefined && (entryKey(entry) === wanted || entry.name === wanted)) ??
    those.find(({ name }) => name === usual[mode]) ??
    those[0]
  );
}

/** A file's name, with a number where another model has it already: "model.onnx (2)". */
export function unusedName(name: string, entries: readonly ModelEntry[]): string {
  const taken = new Set(entries.map((entry) => entry.name));
  for (let i = 2, next = name; ; i++) {
    if (!taken.has(next)) return next;
    next = `${name} (${i})`;
  }
}

/** Fills a select element. */
export function showChoice(
  select: HTMLSelectElement,
  entries: readonly ModelEntry[],
  chosen: ModelEntry | undefined,
): void {
  select.replaceChildren(
    ...entries.map((entry, i) => {
      const option = document.createElement('option');
      option.value = String(i);
      option.textContent = entryKey(entry);
      option.selected = entry === chosen;
      return option;
    }),
  );
  select.disabled = entries.length === 0;
}
